import { expect, test } from "vitest";
import { commitSha, isNoCommit } from "./commit-sha.ts";
import { isGithubSlug, isGitlabSlug } from "./repository-slug.ts";

test.each([
  "acme/web",
  "a/b",
  "octo_emu/web",
  "Acme-1/.github",
  "acme/acme.github.io",
  "acme/-",
  "acme/web.atom",
  `${"a".repeat(39)}/${"b".repeat(100)}`,
])("%s is a repository that GitHub could have", (slug) => {
  expect(isGithubSlug(slug)).toBe(true);
});

test.each([
  "../../x",
  "a/b/c",
  "a",
  "",
  "/",
  "a/",
  "/b",
  "-o/r",
  "o/.git",
  "o/x.git",
  "o/X.GIT",
  "o/.",
  "o/..",
  "../r",
  "o/a b",
  "o/a\n",
  "o/a%2fb",
  "аcme/web",
  "acme/wéb",
  "a/b\u0000",
  `${"a".repeat(40)}/b`,
  `a/${"b".repeat(101)}`,
  "x".repeat(300),
])("%s is none", (slug) => {
  expect(isGithubSlug(slug)).toBe(false);
});

test("a GitLab project may lie twenty subgroups deep, and no deeper", () => {
  const below = (subgroups: number) =>
    ["group", ...Array.from({ length: subgroups }, (_, index) => `s${index}`), "project"].join("/");

  expect(isGitlabSlug("group/project")).toBe(true);
  expect(isGitlabSlug("group/sub/project")).toBe(true);
  expect(isGitlabSlug(below(20))).toBe(true);
  expect(isGitlabSlug(below(21))).toBe(false);
});

test.each([
  "project",
  "",
  "group//project",
  "../project",
  "group/..",
  "group/-/project",
  "-group/project",
  "group/project.git",
  "group/project.atom",
  "group/project.",
  "Group / Project",
  "grüppe/p",
  `g/${"p".repeat(300)}`,
])("%s is no path of a GitLab project", (slug) => {
  expect(isGitlabSlug(slug)).toBe(false);
});

test("a commit id is 40 or 64 hex digits and nothing else", () => {
  expect(commitSha("A1".repeat(20))).toBe("a1".repeat(20));
  expect(commitSha("0f".repeat(32))).toBe("0f".repeat(32));
  for (const value of [
    "a".repeat(39),
    "a".repeat(41),
    "HEAD",
    "main",
    "--output=x",
    "g".repeat(40),
    `${"a".repeat(39)}\n`,
    "",
  ]) {
    expect(commitSha(value)).toBeNull();
  }
});

test("the id of all zeros is no commit, in both lengths", () => {
  expect(isNoCommit("0".repeat(40))).toBe(true);
  expect(isNoCommit("0".repeat(64))).toBe(true);
  expect(isNoCommit(`1${"0".repeat(39)}`)).toBe(false);
});

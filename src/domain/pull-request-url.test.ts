import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PullwrightError } from "./error.ts";
import { parsePullRequestUrl } from "./pull-request-url.ts";

const hosts = {
  hosts: new Map([
    ["github.com", "github"],
    ["gitlab.com", "gitlab"],
    ["git.example.org:8443", "gitlab"],
    ["ghe.example.org", "github"],
  ] as const),
  defaultHost: "github.com",
};

const read = (text: string): string => {
  const { ref, number } = parsePullRequestUrl(text, hosts);
  return `${ref.forge}:${ref.host}/${ref.slug} ${number}`;
};

const refusalOf = (text: string): { code: string; message: string } => {
  try {
    return { code: "none", message: read(text) };
  } catch (error) {
    if (!(error instanceof PullwrightError)) throw error;
    return { code: error.code, message: error.message };
  }
};

describe("a pull request's address", () => {
  test.each([
    "https://github.com/acme/web/pull/7",
    "https://github.com/acme/web/pull/7/",
    "https://github.com/acme/web/pull/7/files",
    "https://github.com/acme/web/pull/7/files#diff-0123R10-R20",
    "https://github.com/acme/web/pull/7/commits/0123456789abcdef",
    "https://github.com/acme/web/pull/7?notification_referrer_id=NT_1#issuecomment-42",
    "https://www.github.com/acme/web/pull/7#discussion_r1",
    "  github.com/acme/web/pull/7\n",
    "acme/web#7",
    "github.com/acme/web#7",
  ])("is read as people paste it: %s", (text) => {
    expect(read(text)).toBe("github:github.com/acme/web 7");
  });

  test.each([
    ["https://gitlab.com/group/sub/project/-/merge_requests/12", "gitlab:gitlab.com/group/sub/project 12"],
    ["https://gitlab.com/group/project/-/merge_requests/12/diffs?tab=1#note_3", "gitlab:gitlab.com/group/project 12"],
    ["https://gitlab.com/group/project/merge_requests/12", "gitlab:gitlab.com/group/project 12"],
    ["gitlab.com/group/project!12", "gitlab:gitlab.com/group/project 12"],
    ["https://git.example.org:8443/a/b/-/merge_requests/1", "gitlab:git.example.org:8443/a/b 1"],
    ["https://ghe.example.org/a/b/pull/1", "github:ghe.example.org/a/b 1"],
    ["https://github.com/acme/pull/pull/7", "github:github.com/acme/pull 7"],
    ["https://gitlab.com/a/pull/-/merge_requests/7", "gitlab:gitlab.com/a/pull 7"],
  ])("is known by its host: %s", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  test.each([
    ["https://github.com/acme/web", "Write https://github.com/owner/repo/pull/7"],
    ["https://github.com/acme/web/pulls", "none of them"],
    ["https://github.com/acme/web/issues/7", "an issue"],
    ["https://github.com/acme/web/commit/0123456", "a commit"],
    ["https://github.com/acme/web/pull/0", "Write"],
    ["https://github.com/acme/web/pull/99999999999", "so large a number"],
    ["https://gitlab.com/acme/web/pull/7", "is GitLab's"],
    ["https://github.com/acme/web/-/merge_requests/7", "is GitHub's"],
    ["acme/web!7", "is GitHub's"],
    ["7", "A number alone"],
    ["", "Write"],
    ["https://elsewhere.example.org/acme/web/pull/7", "none of the known forges"],
    ["https://ann:hunter2hunter2@github.com/acme/web/pull/7", "user name or a password"],
    ["https://github.com\\@evil.example/a/b/pull/7", "not the address"],
    ["https://github.com/acme/we b/pull/7", "white space"],
    ["https://github.com/acme/../pull/7", "not the address"],
  ])("that is none is refused with a sentence: %s", (text, words) => {
    const { code, message } = refusalOf(text);

    expect(message).toContain(words);
    expect(["VALIDATION_ERROR", "REPOSITORY_URL_INVALID"]).toContain(code);
  });

  test("is never repeated in a refusal, whatever it holds, and nothing else is thrown", () => {
    const part = fc.constantFrom(
      "/",
      "pull",
      "merge_requests",
      "-",
      "7",
      "#",
      "?",
      "!",
      "acme",
      "constructor",
      ":",
      "@",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, fc.string({ maxLength: 5 })), { maxLength: 20 }), (parts) => {
        const { code, message } = refusalOf(`s3cr3t${parts.join("")}s3cr3t`);
        expect(code === "none" || !message.includes("s3cr3t")).toBe(true);
      }),
    );
  });
});

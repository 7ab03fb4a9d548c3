import { expect, test } from "vitest";
import { checkBranchName, checkBranchNameToRead } from "./branch-name.ts";

const ours = (name: string) => () => checkBranchName(name, { base: "trunk-line" });

test.each(["pullwright/github-123-pr-7", "pullwright/SCRUM-123", "a", "a/b/c.d_e-f", "x".repeat(244)])(
  "%s may be made",
  (name) => {
    expect(ours(name)).not.toThrow();
  },
);

test.each([
  ["", "is empty"],
  ["-x", "dash"],
  ["--upload-pack=x", "letters"],
  ["a/-b", "dash"],
  ["a..b", ".."],
  ["a~1", "letters"],
  ["a^", "letters"],
  ["a:b", "letters"],
  ["a b", "letters"],
  ["a@{b", "letters"],
  ["x.lock", ".lock"],
  ["x.lock/y", ".lock"],
  ["X.LOCK", ".lock"],
  [".x", "dot"],
  ["a/.b", "dot"],
  ["a//b", "//"],
  ["/a", "/"],
  ["a/", "/"],
  ["a.", "dot"],
  ["ünïcode", "letters"],
  ["\u202e", "letters"],
  ["a\n", "letters"],
  ["x".repeat(245), "244"],
  ["a".repeat(40), "commit"],
  ["A".repeat(64), "commit"],
  ["HEAD", "git itself"],
  ["refs/heads/x", "git itself"],
  ["trunk-line", "base branch"],
  ["Trunk-Line", "base branch"],
  ["main", "protected"],
  ["MASTER", "protected"],
  ["gh-pages", "protected"],
  ["release/1.0", "protected"],
  ["Releases/2/eu", "protected"],
])("%j may not, because of what it is", (name, why) => {
  expect(ours(name)).toThrow(why);
});

test("a branch that somebody else named may be read whatever its letters are, if git could have it", () => {
  expect(() => checkBranchNameToRead("ünïcode/✓")).not.toThrow();
  expect(() => checkBranchNameToRead("-x")).not.toThrow();
  for (const name of ["", "a..b", "a b", "a:b", "a*", "@", "a/", "a.lock", "x\ny", "a\\b"]) {
    expect(() => checkBranchNameToRead(name)).toThrow("The branch name");
  }
});

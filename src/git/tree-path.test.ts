import { expect, test } from "vitest";
import { checkLinkPath, checkTreePath } from "./tree-path.ts";

test.each([
  "a",
  "src/deep/file.ts",
  ".github/workflows/ci.yml",
  ".gitignore",
  "ünï/✓",
  "a b",
  "-rf",
  "..a",
  "git~",
  "x.git",
])("%j may be written", (path) => {
  expect(() => checkTreePath(Buffer.from(path))).not.toThrow();
});

test.each([
  "",
  "/abs",
  "a/",
  "a//b",
  ".",
  "..",
  "a/./b",
  "../x",
  "a/../b",
  ".git",
  ".git/config",
  "a/.GIT/hooks/x",
  ".git.",
  ".git ",
  ".git:stream",
  ".git::$INDEX_ALLOCATION",
  "git~1/x",
  "GIT~2",
  ".g\u200cit/config",
  "\ufeff.git/x",
  "a\\.git\\config",
  "a\0b",
  `${"x".repeat(256)}/y`,
  "x/".repeat(2100) + "x",
])("%j may be written by nobody", (path) => {
  expect(() => checkTreePath(Buffer.from(path), "theirs")).toThrow("The path");
  expect(() => checkTreePath(Buffer.from(path), "ours")).toThrow("The path");
});

test.each([
  "a\\b",
  "CON",
  "aux.txt",
  "dir/NUL",
  "com1.log",
  "a\nb",
  "trailing ",
  "trailing.",
  "dir./x",
  " leading",
  "a:b",
  "a*",
  "a?",
  'a"',
  "a<b",
  "a|b",
  "a\u202eb",
  "a\u200bb",
])("%j may be somebody's file, but we name none so", (path) => {
  expect(() => checkTreePath(Buffer.from(path), "theirs")).not.toThrow();
  expect(() => checkTreePath(Buffer.from(path), "ours")).toThrow("The path");
});

test("bytes that are no text may be somebody's file, but we name none so", () => {
  const path = Buffer.from([0x61, 0xff, 0xfe]);

  expect(() => checkTreePath(path, "theirs")).not.toThrow();
  expect(() => checkTreePath(path, "ours")).toThrow("UTF-8");
});

test("a file that git itself reads is never a link", () => {
  for (const name of [".gitmodules", "a/.gitattributes", ".GITIGNORE", ".mailmap", "GITMOD~1"]) {
    expect(() => checkLinkPath(Buffer.from(name), "theirs")).toThrow("symbolic link");
    expect(() => checkTreePath(Buffer.from(name), "theirs")).not.toThrow();
  }
});

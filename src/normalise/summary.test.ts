import { expect, test } from "vitest";
import { by, count, shortSha, summary } from "./summary.ts";

test("a summary is one line of at most 300 characters", () => {
  expect(summary("acme/web#7 was\nmerged")).toBe("acme/web#7 was merged");
  expect(summary("x".repeat(300))).toHaveLength(300);
  expect(summary("x".repeat(5000))).toBe(`${"x".repeat(299)}…`);
});

test("names and numbers read as people say them", () => {
  expect(by("sue")).toBe(" by sue");
  expect(by(null)).toBe("");
  expect(count(1, "commit")).toBe("1 commit");
  expect(count(2, "commit")).toBe("2 commits");
  expect(count(0, "repository", "repositories")).toBe("0 repositories");
  expect(shortSha("1a2b3c4d5e")).toBe("1a2b3c4");
});

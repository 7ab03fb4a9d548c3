import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isUnderstoodEvent } from "../../src/normalise/normalise.ts";
import { knownGithubEvents, knownGitlabEvents } from "../../src/receive/known-events.ts";
import { read, root } from "./documents.ts";

describe("docs/reference/webhooks.md", () => {
  test("has every code that the receiver refuses with", () => {
    const page = read("docs/reference/webhooks.md");
    const source = globSync("src/receive/*.ts", { cwd: root })
      .filter((path) => !path.endsWith(".test.ts"))
      .map(read)
      .join("\n");
    const codes = [...source.matchAll(/\brefusal\(\s*"([A-Z_]+)"/g)].map(([, code = ""]) => code);

    const missing = [...new Set(codes)].filter((code) => code !== "RESOURCE_NOT_FOUND" && !page.includes(`"${code}"`));

    expect(codes.length).toBeGreaterThan(20);
    expect(missing).toEqual([]);
  });

  test("calls no event understood that the normaliser does not read", () => {
    expect([...knownGithubEvents].filter((event) => !isUnderstoodEvent("github", event))).toEqual([]);
    expect([...knownGitlabEvents].filter((event) => !isUnderstoodEvent("gitlab", event))).toEqual([]);
  });
});

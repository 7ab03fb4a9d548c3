import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorCodes } from "../../src/domain/error.ts";
import { read, root } from "./documents.ts";

/** Codes that nothing uses yet, and why they may stay. */
const waiting: Record<string, string> = {
  STORE_FULL: "the engine says STORE_UNAVAILABLE where the disk is full",
};

const codes = Object.keys(errorCodes);
const source = globSync("src/**/*.ts", { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path !== "src/domain/error.ts" && !path.endsWith(".test.ts"))
  .map(read)
  .join("\n");

describe("an error code", () => {
  test("is used somewhere, or listed here with its reason", () => {
    const unused = codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(source));

    expect(unused).toEqual(Object.keys(waiting));
  });

  test("that sets a delivery aside is explained to the operator", () => {
    const page = read("docs/operate.md");
    const dead = codes.filter(
      (code) => errorCodes[code as keyof typeof errorCodes].status === 422 && code !== "VALIDATION_ERROR",
    );

    expect(dead.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
    expect(dead).toContain("BAD_SHAPE");
  });
});

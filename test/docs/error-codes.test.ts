import { globSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { errorCodes } from "../../src/domain/error.ts";
import { read, root } from "./documents.ts";

const codes = Object.keys(errorCodes);
const source = globSync("src/**/*.ts", { cwd: root })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path !== "src/domain/error.ts" && !path.endsWith(".test.ts"))
  .map(read)
  .join("\n");

describe("an error code", () => {
  test("is used somewhere", () => {
    const unused = codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(source));

    expect(unused).toEqual([]);
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

import fc from "fast-check";
import { expect, test } from "vitest";
import { fitText, fitTitle } from "./fit-text.ts";

const marker = "<!-- pullwright:v1 k=0123456789abcdef m=0123456789ab -->";

test("a text that fits is not touched", () => {
  expect(fitText("short", 100)).toBe("short");
  expect(fitTitle("short", 100)).toBe("short");
});

test.each([
  ["at its end", `${"word ".repeat(100)}\n${marker}`],
  ["at its beginning", `${marker}\n${"word ".repeat(100)}`],
])("a text that is cut keeps our marker %s", (_where, text) => {
  const fitted = fitText(text, 200);

  expect(fitted.length).toBeLessThanOrEqual(200);
  expect(fitted).toContain(marker);
  expect(fitted).toContain("cut: the forge takes 200 characters");
});

test("what was made to fit fits, stays as it is, and has no half signs", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.integer({ min: 150, max: 300 }), (text, most) => {
      const fitted = fitText(text, most);

      expect(fitted.length).toBeLessThanOrEqual(most);
      expect(fitText(fitted, most)).toBe(fitted);
      expect(fitted.isWellFormed()).toBe(text.isWellFormed() || fitted.isWellFormed());
      expect(fitTitle(text, 100).length).toBeLessThanOrEqual(100);
    }),
  );
});

import { expect, test } from "vitest";
import { visibleText } from "./visible-text.ts";

test("marks that turn text around are shown instead of obeyed", () => {
  expect(visibleText("invoice\u202Efdp.exe")).toBe("invoice\uFFFDfdp.exe");
  expect(visibleText("\u2066a\u2069")).toBe("\uFFFDa\uFFFD");
});

test("control characters are shown, tabs and line ends stay", () => {
  expect(visibleText("a\u0000b\u001B[31mc")).toBe("a\uFFFDb\uFFFD[31mc");
  expect(visibleText("a\tb\nc")).toBe("a\tb\nc");
});

test("words of any language stay as they are", () => {
  for (const words of ["größer – ✓", "إصلاح تقريب", "修正 👩‍💻"]) expect(visibleText(words)).toBe(words);
});

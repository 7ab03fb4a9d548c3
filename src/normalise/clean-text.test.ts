import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanLine, cleanText } from "./clean-text.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\ud800", "\udc00", "\0", "\n", "😀", "a") }),
);

test("a title is one line without control characters, and keeps everything that can be seen", () => {
  expect(cleanLine("a\nb\r\n\tc\u0000d\u001be\u0085f\u2028g\u007f", 100)).toBe("a b cde f g");
  expect(cleanLine('"]); process.exit() // $(id) `id` %s {{7*7}} =cmd', 100)).toBe(
    '"]); process.exit() // $(id) `id` %s {{7*7}} =cmd',
  );
  expect(cleanLine("evil\u202egnp.exe 🚀 Привет", 100)).toBe("evil\u202egnp.exe 🚀 Привет");
});

test("half a surrogate pair is replaced, and a cut makes no new halves", () => {
  expect(cleanLine("a\ud83d", 10)).toBe("a\ufffd");
  expect(cleanLine("ab😀", 3)).toBe("ab");
  expect(cleanLine("ab😀", 4)).toBe("ab😀");
});

test("a text keeps its lines, and at most 64 KiB of UTF-8", () => {
  expect(cleanText("a\r\nb\rc\n\td\u0000")).toBe("a\nb\nc\n\td");
  expect(new TextEncoder().encode(cleanText("ü".repeat(10_000_000))).byteLength).toBe(65_536);
  expect(cleanText("a".repeat(65_536))).toHaveLength(65_536);
});

test("whatever comes in, what comes out is whole, short enough and free of control characters", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 20 }), (value, charactersMax) => {
      const line = cleanLine(value, charactersMax);
      expect(line.length).toBeLessThanOrEqual(charactersMax);
      expect(line.isWellFormed()).toBe(true);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);

      const text = cleanText(value);
      expect(text.isWellFormed()).toBe(true);
      expect(text).not.toMatch(/[^\P{Cc}\t\n]/u);
    }),
    { numRuns: 1000 },
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { markLongIntegers, scanJson, valuesMax } from "./scan-json.ts";

const marked = (text: string) => markLongIntegers(text, scanJson(text));

test("64 levels are read, and the 65th is too deep", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  expect(scanJson(nested(64)).isTooDeep).toBe(false);
  expect(scanJson(nested(65)).isTooDeep).toBe(true);
  expect(scanJson('{"a":'.repeat(65)).isTooDeep).toBe(true);
});

test("brackets inside strings nest nothing, whatever is escaped before the quote", () => {
  expect(scanJson(`{"a":"${"[".repeat(200)}"}`).isTooDeep).toBe(false);
  expect(scanJson(`{"a":"\\\\\\"${"[".repeat(200)}"}`).isTooDeep).toBe(false);
  // Two backslashes are one written backslash, so the string ends there.
  expect(scanJson(`{"a":"\\\\"${"[".repeat(200)}`).isTooDeep).toBe(true);
});

test("200,000 levels are refused without walking into them", () => {
  expect(scanJson("[".repeat(200_000)).isTooDeep).toBe(true);
});

test("a body of too many values is noticed before it is parsed", () => {
  expect(scanJson(`[${"0,".repeat(valuesMax - 3)}0]`).hasTooManyValues).toBe(false);
  expect(scanJson(`[${"0,".repeat(valuesMax)}0]`).hasTooManyValues).toBe(true);
  expect(scanJson(`[${"{}".repeat(valuesMax)}]`).hasTooManyValues).toBe(true);
});

test("a number that a double would round comes back as the text it was", () => {
  expect(JSON.parse(marked('{"id": 9007199254740993 ,"ids":[12345678901234567890,7]}'))).toEqual({
    id: "9007199254740993",
    ids: ["12345678901234567890", 7],
  });
});

test("only whole numbers in the place of a value are marked", () => {
  for (const text of [
    '{"a":1234567890123456.5}',
    '{"a":1234567890123456e2}',
    '{"a":-1234567890123456}',
    '{"a":"1234567890123456"}',
    '{"a":"\\\\\\"1234567890123456"}',
    '{"a":123456789012345}',
    "{1234567890123456:1}",
    '{"a":1,1234567890123456:2}',
    '{"a":01234567890123456}',
    '{"a":x1234567890123456}',
    '{"a":1234567890123456x}',
  ]) {
    expect(marked(text)).toBe(text);
  }
});

test("marking never makes text into JSON that was none, nor the other way round", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    " ",
    "1234567890123456",
    "-",
    ".5",
    "0",
    '"a"',
    "e9",
  );
  const isJson = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };

  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      expect(isJson(marked(text))).toBe(isJson(text));
    }),
    { numRuns: 3000 },
  );
});

test("everything but long numbers parses to what it was", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      const shorter = text.replaceAll(/\d{16,}/g, "0");
      expect(JSON.parse(marked(shorter))).toEqual(JSON.parse(shorter));
    }),
  );
});

import { assert, json, jsonValue, property } from "fast-check";
import { expect, test } from "vitest";
import { indentJson } from "./indent-json.ts";

test("an indented payload is the same JSON", () => {
  assert(
    property(json(), (text) => {
      const indented = written(text);

      expect(JSON.parse(indented!)).toEqual(JSON.parse(text));
    }),
  );
});

test("indenting agrees with JSON.stringify wherever that loses nothing", () => {
  assert(
    property(jsonValue({ noUnicodeString: true }), (value) => {
      expect(written(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
    }),
  );
});

test("a number keeps all its digits and a repeated key stays", () => {
  const indented = written('{"id":9007199254740993,"id":1.0}');

  expect(indented).toBe('{\n  "id": 9007199254740993,\n  "id": 1.0\n}');
});

test("what is not JSON is not indented", () => {
  expect(indentJson('{"cut": ')).toBeNull();
  expect(indentJson("")).toBeNull();
});

function written(text: string): string | undefined {
  return indentJson(text)
    ?.map((piece) => piece.text)
    .join("");
}

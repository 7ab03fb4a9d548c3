import fc from "fast-check";
import { expect, test } from "vitest";
import { topLevelId } from "./top-level-id.ts";

test("finds the id that JSON.parse would find, in any object and any spacing", () => {
  const id = fc.uuid();
  const rest = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
  const spacing = fc.constantFrom(undefined, 1, "\t", "\n ");
  fc.assert(
    fc.property(id, rest, rest, spacing, (value, before, after, space) => {
      delete before.id;
      delete after.id;
      const whole: Record<string, unknown> = {};
      for (const [key, inner] of Object.entries(before))
        Object.defineProperty(whole, key, { value: inner, enumerable: true });
      whole.id = value;
      for (const [key, inner] of Object.entries(after)) if (!(key in whole)) whole[key] = inner;
      expect(topLevelId(Buffer.from(JSON.stringify(whole, null, space)))).toBe(value);
    }),
  );
});

test("finds none where there is none at the top", () => {
  for (const text of [
    '{"a":{"id":"x"}}',
    '[{"id":"x"}]',
    '{"a":"id"}',
    '{"a":"id","b":"x"}',
    '{"\\"id":":"x"}',
    '{"id":7}',
    '{"id":null}',
    '{"id":{"id":"x"}}',
    '{"id":"a\\u0062"}',
    "{}",
    "",
    '{"id',
    '{"id"',
    '{"id":',
    '{"id":"x',
    '"id":"x"',
    '{"ID":"x"}',
  ]) {
    expect(topLevelId(Buffer.from(text)), text).toBeNull();
  }
});

test("answers any bytes at all", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void topLevelId(bytes)));
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", ":", "id", '"id"', " ", ",") }),
      (text) => void topLevelId(Buffer.from(text)),
    ),
  );
});

test("does not search beyond the beginning of a large body", () => {
  expect(topLevelId(Buffer.from(`{"a":"${"x".repeat(300_000)}","id":"late"}`))).toBeNull();
});

test("reads a body that is a part of a larger buffer", () => {
  const whole = Buffer.from('....{"id":"inside"}....');

  expect(topLevelId(whole.subarray(4, -4))).toBe("inside");
});

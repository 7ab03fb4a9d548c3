import fc from "fast-check";
import { expect, test } from "vitest";
import { readJsonBody } from "./json-body.ts";
import { Refusal } from "./refusal.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const json = (text: string) => readJsonBody("application/json", bytes(text));
const form = (text: string) => readJsonBody("application/x-www-form-urlencoded", bytes(text));

function codeOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "none";
}

test("a JSON object is read, and its text kept as it came", () => {
  const { text, fields } = json('{ "action" : "opened" }');

  expect(text).toBe('{ "action" : "opened" }');
  expect(fields).toEqual({ action: "opened" });
});

test("bytes that are not UTF-8 are refused as such", () => {
  expect(codeOf(() => readJsonBody("application/json", Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x7d])))).toBe(
    "BAD_UTF8",
  );
  expect(codeOf(() => form("payload=%7B%22a%22%3A%22%FF%22%7D"))).toBe("BAD_UTF8");
});

test("what is not JSON is refused as such, a byte order mark included", () => {
  for (const text of ["", "{", '{"a":1,}', "{'a':1}", '{"a":NaN}', '\ufeff{"a":1}', '{"a":1}x', '{"a":"\u0000"}']) {
    expect(codeOf(() => json(text))).toBe("BAD_JSON");
  }
});

test("the refusal says where the body breaks and quotes nothing of it", () => {
  expect(() => json('{"token":"ghp_secret",}')).toThrow(/^The body is not JSON at position 22\.$/);
});

test("JSON that is no object is refused for its shape", () => {
  for (const text of ["[]", "null", "7", '"text"', "true"]) expect(codeOf(() => json(text))).toBe("BAD_SHAPE");
});

test("a body nested 200,000 deep is refused before anything walks into it", () => {
  expect(codeOf(() => json(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`))).toBe("TOO_DEEP");
});

test("a body made of half a million values is refused before it takes its memory", () => {
  expect(codeOf(() => json(`{"a":[${"{},".repeat(500_000)}{}]}`))).toBe("BAD_SHAPE");
});

test("a form's payload is decoded, with spaces and Unicode", () => {
  const payload = '{"title":"a + b & ümläut"}';

  const { text, fields } = form(new URLSearchParams({ payload }).toString());

  expect(text).toBe(payload);
  expect(fields).toEqual({ title: "a + b & ümläut" });
});

test("a form needs exactly one payload; other parameters may stand beside it", () => {
  expect(form("x=1&payload=%7B%7D&y=&z").fields).toEqual({});
  expect(form("%70ayload=%7B%7D").fields).toEqual({});
  for (const text of [
    "",
    "x=1",
    "payloads=%7B%7D",
    "payload=%7B%7D&payload=%7B%7D",
    "payload=%7B%7D&payload",
    "payload=%",
  ]) {
    expect(codeOf(() => form(text))).toBe("BAD_FORM");
  }
  expect(codeOf(() => form("payload"))).toBe("BAD_JSON");
});

test("a form of a million parameters without values ends, with its reason", () => {
  expect(codeOf(() => form("a&".repeat(1_000_000)))).toBe("BAD_FORM");
});

test("a body cannot give anything a new prototype", () => {
  const { fields } = json('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}');

  expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
});

test("any bytes whatever are read or refused with a code", () => {
  const contentType = fc.constantFrom("application/json" as const, "application/x-www-form-urlencoded" as const);
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.json().map(bytes),
    fc.string().map((text) => bytes(`payload=${text}`)),
  );

  fc.assert(
    fc.property(contentType, body, (type, content) => {
      expect(codeOf(() => readJsonBody(type, content))).toMatch(
        /^(none|BAD_UTF8|BAD_FORM|TOO_DEEP|BAD_JSON|BAD_SHAPE)$/,
      );
    }),
    { numRuns: 2000 },
  );
});

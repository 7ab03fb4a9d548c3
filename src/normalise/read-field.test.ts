import { expect, test } from "vitest";
import {
  objectsIn,
  optionalId,
  optionalLine,
  optionalObject,
  optionalSha,
  optionalUrl,
  requiredKey,
  requiredLine,
  requiredNumber,
  valueOf,
  wholePayload,
} from "./read-field.ts";

test("what every object has from birth is no field of a payload", () => {
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    expect(valueOf(wholePayload({}), name)).toBeUndefined();
    expect(optionalObject(wholePayload({}), name)).toBeUndefined();
  }
});

test("a path is told as a person would write it", () => {
  const payload = wholePayload({ commits: [{ author: {} }, 7], head: { sha: 1 } });
  const author = optionalObject(
    objectsIn(wholePayload({ commits: [{ author: {} }] }), "commits")[0] ?? payload,
    "author",
  );

  expect(() => requiredLine(author ?? payload, "name")).toThrow("commits[0].author.name is missing.");
  expect(() => objectsIn(payload, "commits")).toThrow("commits[1] is not an object.");
  expect(() => requiredNumber(wholePayload({ number: null }), "number")).toThrow("number is null.");
});

test("what is optional and of another kind is as good as missing, but for a commit id", () => {
  const payload = wholePayload({ title: 7, id: -1, url: "javascript:alert(1)", sha: "HEAD", none: "" });

  expect(optionalLine(payload, "title")).toBeUndefined();
  expect(optionalId(payload, "id")).toBeUndefined();
  expect(optionalUrl(payload, "url")).toBeUndefined();
  expect(optionalSha(payload, "none")).toBeUndefined();
  expect(() => optionalSha(payload, "sha")).toThrow("sha is not a commit id");
});

test("numbers that people say are whole, positive and exact", () => {
  for (const number of [0, -1, 1.5, 2 ** 53, "7", null]) {
    expect(() => requiredNumber(wholePayload({ number }), "number")).toThrow("number");
  }
  expect(requiredNumber(wholePayload({ number: 7 }), "number")).toBe(7);
});

test("ids are text, of numbers and of digits", () => {
  expect(optionalId(wholePayload({ id: 7 }), "id")).toBe("7");
  expect(optionalId(wholePayload({ id: "18446744073709551615" }), "id")).toBe("18446744073709551615");
  for (const id of ["", "0", "07", "1e3", "x", "1".repeat(21), 0, 1.5, 2 ** 53]) {
    expect(optionalId(wholePayload({ id }), "id")).toBeUndefined();
  }
});

test("a key is taken as it stands or not at all", () => {
  expect(requiredKey(wholePayload({ id: " nightly 7 " }), "id")).toBe(" nightly 7 ");
  for (const id of ["", "a\0b", "a\nb", "\ud800", "x".repeat(256), 7]) {
    expect(() => requiredKey(wholePayload({ id }), "id")).toThrow("id is not a text of 1 to 255 characters.");
  }
});

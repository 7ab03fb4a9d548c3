import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCursor, encodeCursor } from "./cursor.ts";

test("a cursor gives back the place that it was made for", () => {
  const key = fc.record({ value: fc.option(fc.string()), id: fc.nat() });
  fc.assert(
    fc.property(key, (place) => {
      expect(decodeCursor("prs", { state: "open" }, encodeCursor("prs", { state: "open" }, place))).toEqual(place);
    }),
  );
});

test("a cursor of another list or with other filters is refused", () => {
  const cursor = encodeCursor("prs", { state: "open" }, { value: null, id: 7 });

  expect(() => decodeCursor("runs", { state: "open" }, cursor)).toThrow(/cursor/);
  expect(() => decodeCursor("prs", {}, cursor)).toThrow(/cursor/);
});

test("a cursor of which a character was changed is refused", () => {
  const cursor = encodeCursor("prs", {}, { value: "2026-01-02T03:04:05.678Z", id: 7 });
  const place = { value: "2026-01-02T03:04:05.678Z", id: 7 };

  for (let index = 0; index < cursor.length; index += 1) {
    const changed = `${cursor.slice(0, index)}${cursor[index] === "A" ? "B" : "A"}${cursor.slice(index + 1)}`;
    expect(["refused", JSON.stringify(place)]).toContain(outcomeOf(changed));
  }
  for (const junk of [
    "",
    "%%%",
    "eyJ9",
    Buffer.from('["x"]').toString("base64url"),
    Buffer.from("[1,2]").toString("base64url"),
  ])
    expect(() => decodeCursor("prs", {}, junk)).toThrow(/cursor/);
});

/** The last character of a cursor carries bits that no byte needs: a change there may mean the same place. */
function outcomeOf(cursor: string): string {
  try {
    return JSON.stringify(decodeCursor("prs", {}, cursor));
  } catch (error) {
    return String(error).includes("cursor") ? "refused" : String(error);
  }
}

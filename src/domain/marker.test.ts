import fc from "fast-check";
import { expect, test } from "vitest";
import { isMarked, isMarkedBy, markerOf } from "./marker.ts";

const secret = "a local secret";

test("a text is known again by its mark, whatever stands around it", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (before, key, after) => {
      const text = `${before}${markerOf(key, secret)}${after}`;

      expect([isMarkedBy(text, key, secret), isMarked(text, secret)]).toEqual([true, true]);
    }),
  );
});

test("a mark is none for another key, and none at all with another secret", () => {
  const text = `Hello ${markerOf("comment:1", secret)}`;

  expect(isMarkedBy(text, "comment:2", secret)).toBe(false);
  expect(isMarkedBy(text, "comment:1", "another secret")).toBe(false);
  expect(isMarked(text, "another secret")).toBe(false);
});

test("a mark that somebody made up or changed is none", () => {
  const marker = markerOf("comment:1", secret);
  const flipped = marker.replace(/m=(.)/, (_, digit: string) => `m=${digit === "0" ? "1" : "0"}`);

  for (const text of [flipped, marker.replace("k=", "k=0"), marker.toUpperCase(), "<!-- pullwright:v1 k= m= -->", ""])
    expect(isMarked(text, secret)).toBe(false);
});

test("the mark is the one that older texts bear", () => {
  expect(markerOf("comment:1", secret)).toMatch(/^<!-- pullwright:v1 k=[0-9a-f]{16} m=[0-9a-f]{12} -->$/);
  expect(markerOf("comment:1", secret)).toBe(markerOf("comment:1", secret));
});

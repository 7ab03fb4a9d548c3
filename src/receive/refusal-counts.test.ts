import { expect, test } from "vitest";
import { createRefusalCounts } from "./refusal-counts.ts";

test("refusals of the last hour are counted by source and reason", () => {
  let now = new Date("2026-01-02T03:00:00.000Z");
  const counts = createRefusalCounts(() => now);
  counts.add({ source: "github", code: "INVALID_SIGNATURE", at: now.toISOString() });
  now = new Date("2026-01-02T03:30:00.000Z");
  counts.add({ source: "github", code: "INVALID_SIGNATURE", at: now.toISOString() });
  counts.add({ source: "ci", code: "BAD_REQUEST", at: now.toISOString() });

  expect(counts.of("github")).toEqual([{ code: "INVALID_SIGNATURE", count: 2, lastAt: "2026-01-02T03:30:00.000Z" }]);
  now = new Date("2026-01-02T04:10:00.000Z");
  expect(counts.of("github")).toEqual([{ code: "INVALID_SIGNATURE", count: 1, lastAt: "2026-01-02T03:30:00.000Z" }]);
  now = new Date("2026-01-02T05:00:00.000Z");
  expect(counts.of("github")).toEqual([]);
});

test("names that strangers invent do not grow the memory", () => {
  const now = new Date("2026-01-02T03:00:00.000Z");
  const counts = createRefusalCounts(() => now);
  for (let index = 0; index < 1000; index += 1)
    counts.add({ source: `invented-${index}`, code: "SOURCE_NOT_FOUND", at: now.toISOString() });

  expect(counts.of("(others)")[0]?.count).toBe(900);
});

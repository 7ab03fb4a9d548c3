import { expect, test } from "vitest";
import { clockTime, duration, exactTime, lengthBetween, relativeTime, timeUntil } from "./relative-time.ts";

const now = new Date("2026-11-20T10:00:00.000Z");

test.each([
  ["2026-11-20T09:59:58.000Z", "now"],
  ["2026-11-20T09:59:18.000Z", "42 s ago"],
  ["2026-11-20T09:57:00.000Z", "3 min ago"],
  ["2026-11-20T00:30:00.000Z", "9 h ago"],
  ["2026-11-08T10:00:00.000Z", "12 d ago"],
  ["2026-03-12T10:00:00.000Z", "12 Mar 2026"],
  ["2025-09-03T23:59:59.000Z", "3 Sep 2025"],
])("%s reads as %s", (instant, words) => {
  expect(relativeTime(instant, now)).toBe(words);
});

test("a server whose clock is ahead does not speak of the future", () => {
  expect(relativeTime("2026-11-20T10:03:00.000Z", now)).toBe("now");
});

test.each([
  ["2026-11-20T10:00:00.001Z", "in 1 s"],
  ["2026-11-20T10:00:42.000Z", "in 42 s"],
  ["2026-11-20T10:03:20.000Z", "in 3 min 20 s"],
  ["2026-11-20T12:00:00.000Z", "in 2 h"],
  ["2026-11-20T10:00:00.000Z", "now"],
  ["2026-11-20T09:00:00.000Z", "now"],
  ["nonsense", "nonsense"],
])("what comes at %s comes %s", (instant, words) => {
  expect(timeUntil(instant, now)).toBe(words);
});

test("the exact time names its zone", () => {
  expect(exactTime("2026-11-20T09:55:12.482Z")).toBe("2026-11-20 09:55:12.482 UTC");
});

test.each([
  ["2026-11-20T09:55:12.482Z", "09:55:12"],
  ["2026-11-19T23:59:59.000Z", "19 Nov 23:59:59"],
  ["2025-09-03T00:00:01.000Z", "3 Sep 2025 00:00:01"],
  ["nonsense", "nonsense"],
])("beside others, the time of %s is %s", (instant, words) => {
  expect(clockTime(instant, now)).toBe(words);
});

test("what took no whole second took under one", () => {
  expect(lengthBetween("2026-11-20T10:00:00.000Z", "2026-11-20T10:00:00.400Z")).toBe("under 1 s");
  expect(lengthBetween("2026-11-20T10:00:00.000Z", "2026-11-20T10:00:48.000Z")).toBe("48 s");
  expect(lengthBetween(null, "2026-11-20T10:00:48.000Z")).toBe("some time");
});

test("a duration is told in its two largest units", () => {
  expect(duration("2026-11-20T10:00:00.000Z", "2026-11-20T10:03:20.000Z")).toBe("3 min 20 s");
  expect(duration("2026-11-20T10:00:00.000Z", "2026-11-20T12:00:00.000Z")).toBe("2 h");
});

test("a run that has not finished has no duration", () => {
  expect(duration("2026-11-20T10:00:00.000Z", null)).toBeNull();
});

import { expect, test } from "vitest";
import { parseSince } from "./since.ts";

const clock = () => new Date("2026-11-20T10:00:00.000Z");

test("a span counts back from now, a date is the start of its day in UTC", () => {
  expect(parseSince("30d", clock)).toBe("2026-10-21T10:00:00.000Z");
  expect(parseSince("12h", clock)).toBe("2026-11-19T22:00:00.000Z");
  expect(parseSince("2w", clock)).toBe("2026-11-06T10:00:00.000Z");
  expect(parseSince("2026-01-31", clock)).toBe("2026-01-31T00:00:00.000Z");
  expect(parseSince("2026-01-31T12:00:00+02:00", clock)).toBe("2026-01-31T10:00:00.000Z");
  expect(parseSince(undefined, clock)).toBeUndefined();
});

test("what is no span and no date is refused, not guessed", () => {
  for (const text of ["1y", "-3d", "30", "2026-13-01", "2026-02-30", "tomorrow", "", "0d", "3 d", "99999999d"])
    expect(() => parseSince(text, clock)).toThrow(/since/);
});

import type { Instant } from "../domain/clock.ts";

/**
 * Years that a forge's clock can show. What lies outside is a broken clock or a joke, and would break sorting as
 * text.
 */
const yearMin = 1970;
const yearMax = 2099;

/** `2013-12-03T17:23:34Z`, `…34.123456Z`, `…34+02:00`, `2016-08-12 15:23:28 UTC`, `2015-05-17 18:08:09 +0300`. */
const writtenTime = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))? ?(?:Z|UTC|([+-])(\d\d):?(\d\d))$/;

/**
 * A moment as the forges write it, in UTC with milliseconds: ISO 8601 with an offset, GitLab's spaced form, or whole
 * seconds since 1970. Finer digits are cut, not rounded. Null for anything else, also for a time without a zone:
 * which hour it means would be a guess.
 */
export function instantFrom(value: unknown): Instant | null {
  if (typeof value === "number") return Number.isInteger(value) ? instantFromMs(value * 1000) : null;
  // The longest form that means anything has 36 characters.
  if (typeof value !== "string" || value.length > 40) return null;
  const parts = writtenTime.exec(value);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59) return null;
  const milliseconds = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  const midnightMs = Date.UTC(year, month - 1, day);
  // Date.UTC turns the 30th of February into a day in March; such a day is not one.
  if (new Date(midnightMs).getUTCDate() !== day || month > 12 || month < 1) return null;
  const offsetMinutes = Number(parts[9] ?? 0) * 60 + Number(parts[10] ?? 0);
  if (offsetMinutes > 14 * 60) return null;
  const offsetMs = (parts[8] === "-" ? -1 : 1) * offsetMinutes * 60_000;
  return instantFromMs(midnightMs + ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds - offsetMs);
}

/** The latest of those that are known; null when none is. */
export function latestOf(instants: (Instant | undefined | null)[]): Instant | null {
  let latest: Instant | null = null;
  for (const instant of instants) {
    if (instant !== undefined && instant !== null && (latest === null || instant > latest)) latest = instant;
  }
  return latest;
}

function instantFromMs(ms: number): Instant | null {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  return year >= yearMin && year <= yearMax ? date.toISOString() : null;
}

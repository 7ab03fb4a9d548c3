import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { Clock, Instant } from "../domain/clock.ts";

export const sinceInput = z
  .string()
  .max(40)
  .optional()
  .describe("Only what was updated since: `30d`, `12h`, `2w`, or a date such as `2026-01-31`.");

const unitMs: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The moment that `30d`, `12h`, a date or an instant means. Throws VALIDATION_ERROR for anything else, rather than guess. */
export function parseSince(text: string | undefined, clock: Clock): Instant | undefined {
  if (text === undefined) return undefined;
  const span = /^([1-9]\d{0,4})([mhdw])$/.exec(text);
  if (span !== null) return new Date(clock().getTime() - Number(span[1]) * (unitMs[span[2] ?? ""] ?? 0)).toISOString();
  if (/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.length === 10 ? text : ""))
      return date.toISOString();
  }
  throw new PullwrightError(
    "VALIDATION_ERROR",
    `since: ${JSON.stringify(text)} is not a span such as 30d, 12h or 2w, nor a date such as 2026-01-31.`,
  );
}

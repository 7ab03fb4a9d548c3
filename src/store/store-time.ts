import { type RawBuilder, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";

/**
 * What time it is for a row of the queue: a time that is given, or `null` for the clock of the database's own server, which all machines share.
 * SQLite has no server; there it is always given.
 */
export type StoreTime = Instant | null;

/** The time so many milliseconds from `now`, for use inside a statement. */
export function timeFrom(now: StoreTime, afterMs = 0): RawBuilder<Instant> {
  if (now !== null) return sql<Instant>`${new Date(Date.parse(now) + afterMs).toISOString()}`;
  // In a select of its own it is asked once for the statement, and an index can be searched for it.
  return sql<Instant>`(select to_char((clock_timestamp() + ${afterMs}::float8 * interval '1 millisecond') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
}

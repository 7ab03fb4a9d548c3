import type { Instant } from "./clock.ts";
import type { CommandState } from "./command.ts";

/** Where a command stands, as people want to know it. `until` is when a waiting one goes on, `since` when a running one began. */
export type CommandStanding =
  | { kind: "paused" }
  /** `because` says what keeps it; null when it was asked for with a delay. */
  | { kind: "waits"; because: string | null; code: string | null; until: Instant }
  | { kind: "is-next" }
  | { kind: "runs"; since: Instant | null }
  | { kind: "stops" }
  | { kind: "ended"; because: string | null; code: string | null };

type Row = {
  state: CommandState;
  paused: boolean;
  available_at: Instant;
  cancel_requested_at: Instant | null;
  outcome_code: string | null;
  outcome_because: string | null;
  started_at: Instant | null;
};

/** What a command is at now: waiting, and for what; running; or over, and why. Pure, so that every door says the same. */
export function commandStanding(row: Row, now: Instant): CommandStanding {
  const { outcome_because: because, outcome_code: code } = row;
  switch (row.state) {
    case "queued":
      if (row.paused) return { kind: "paused" };
      return row.available_at > now ? { kind: "waits", because, code, until: row.available_at } : { kind: "is-next" };
    case "running":
      return row.cancel_requested_at === null ? { kind: "runs", since: row.started_at } : { kind: "stops" };
    case "succeeded":
    case "failed":
    case "skipped":
    case "cancelled":
      return { kind: "ended", because, code };
  }
}

import { type Clock, type Instant, instantOf, type SteadyClock } from "../domain/clock.ts";
import type { StoreTime } from "../store/store-time.ts";

/** The time as the queue takes it. */
export type QueueClock = {
  /** This process's time; it never goes back. */
  now: () => Instant;
  /** The time to write down: on PostgreSQL the server's own, which all machines share. */
  forStore: () => StoreTime;
  /** For durations. */
  steadyMs: SteadyClock;
};

/**
 * A clock that goes on when the machine's is set back: what was to happen in ten seconds still happens in ten. One that is set ahead is believed;
 * all that comes of it is that something is tried early.
 */
export function createQueueClock(
  engine: "sqlite" | "postgres",
  { clock, steadyMs }: { clock: Clock; steadyMs: SteadyClock },
): QueueClock {
  let offsetMs = 0;
  let last = { ms: -Infinity, steadyMs: 0 };
  const now = (): Instant => {
    const steady = steadyMs();
    const machineMs = clock().getTime();
    if (machineMs + offsetMs < last.ms) offsetMs = last.ms + (steady - last.steadyMs) - machineMs;
    last = { ms: machineMs + offsetMs, steadyMs: steady };
    return instantOf(new Date(last.ms));
  };
  return { now, forStore: engine === "postgres" ? () => null : now, steadyMs };
}

/** How long from now until then; nothing for what is past. */
export function msUntil(then: Instant, clock: Pick<QueueClock, "now">): number {
  return Math.max(0, Date.parse(then) - Date.parse(clock.now()));
}

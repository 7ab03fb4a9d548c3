import { setImmediate as nextTurn } from "node:timers/promises";
import { type Clock, systemClock, systemSteadyClock } from "../../src/domain/clock.ts";
import type { Wait } from "../../src/forges/wait.ts";
import { createQueueClock, type QueueClock } from "../../src/queue/queue-clock.ts";

/** A time that passes by itself, and at a word: nobody sleeps through a wait of two minutes. */
export type PassingTime = {
  clock: Clock;
  /** Given on PostgreSQL too: its own server's time does not pass at a word. */
  queueClock: QueueClock;
  wait: Wait;
  /** How far it is ahead of the machine's. */
  aheadMs: () => number;
  /** It never goes back. */
  setAhead: (ms: number) => void;
  /** Whoever must know when it was set; returns how to stop that. */
  follow: (onAhead: (ms: number) => void) => () => void;
};

export function createPassingTime(): PassingTime {
  const followers = new Set<(ms: number) => void>();
  let aheadMs = 0;
  const clock: Clock = () => new Date(systemClock().getTime() + aheadMs);
  const setAhead = (ms: number): void => {
    if (ms <= aheadMs) return;
    aheadMs = ms;
    for (const follower of followers) follower(ms);
  };
  return {
    clock,
    queueClock: createQueueClock("sqlite", { clock, steadyMs: systemSteadyClock }),
    wait: async (ms, signal) => {
      await nextTurn();
      if (signal?.aborted !== true) setAhead(aheadMs + Math.max(ms, 0));
    },
    aheadMs: () => aheadMs,
    setAhead,
    follow: (onAhead) => {
      followers.add(onAhead);
      return () => void followers.delete(onAhead);
    },
  };
}

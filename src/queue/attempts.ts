import type { ClaimedCommand, CommandOutcome, CommandType } from "../domain/command.ts";
import type { SteadyClock } from "../domain/clock.ts";
import { type AttemptEnd, outcomeOfError } from "./end-of-attempt.ts";
import { Interruption } from "./interruption.ts";

/** Does what a command asks. When the signal aborts, its reason is an Interruption, and the work should come to an end at once. */
export type PerformCommand = (command: ClaimedCommand, context: { signal: AbortSignal }) => Promise<CommandOutcome>;

/** How many commands of a type run at once here, and for how long one may. */
export type WorkerSlots = Partial<Record<CommandType, { instances: number; timeoutMs: number }>>;

export type EndedAttempt = { command: ClaimedCommand; end: AttemptEnd };

/** What runs in this process. */
export type Attempts = {
  /** How many more commands of this type can be started. */
  free: (type: CommandType) => number;
  start: (command: ClaimedCommand) => void;
  /** Everything whose claim is this process's: what runs, and what has ended and is not yet settled. */
  claims: () => { id: number; fence: number }[];
  /** How many still run. */
  running: () => number;
  /** Tells one to stop, or all. Whoever was told before keeps his reason. */
  interrupt: (kind: Interruption["kind"], because: string, id?: number) => void;
  /** Forgets a claim that is another's now, and whatever comes of its work. */
  forget: (id: number) => void;
  /** Interrupts what ran over its time, and lets go of what did not stop when it was told to. */
  look: () => void;
  /** What has ended and is not yet `settled`; it stays this process's claim until then. */
  ended: () => EndedAttempt[];
  /** Its slot is free. */
  settled: (id: number) => void;
};

/** So long work may take to stop when it is told to, then its claim is ended without it: it can write nothing any more. */
const graceMs: Record<Interruption["kind"], number> = {
  cancelled: 1000,
  "lease-lost": 0,
  // A child that ignores the first signal is killed after five seconds.
  "timed-out": 10_000,
  stopping: 3000,
};

type Attempt = {
  command: ClaimedCommand;
  controller: AbortController;
  startedMs: number;
  interruption: { reason: Interruption; atMs: number } | null;
  /** Null while it runs. */
  end: AttemptEnd | null;
};

/**
 * The commands that run in this process, each in a slot of its type. One that hangs holds its own slot until its time is over, and no other's. `onEnded`
 * is called when there is something to take.
 */
export function createAttempts(
  slots: WorkerSlots,
  deps: { perform: PerformCommand; steadyMs: SteadyClock; onEnded: () => void },
): Attempts {
  const attempts = new Map<number, Attempt>();

  return {
    free: (type) => {
      let taken = 0;
      for (const { command } of attempts.values()) if (command.type === type) taken += 1;
      return (slots[type]?.instances ?? 0) - taken;
    },
    start: (command) => {
      const attempt: Attempt = {
        command,
        controller: new AbortController(),
        startedMs: deps.steadyMs(),
        interruption: null,
        end: null,
      };
      attempts.set(command.id, attempt);
      void run(attempt);
    },
    claims: () => [...attempts.values()].map(({ command: { id, fence } }) => ({ id, fence })),
    running: () => [...attempts.values()].filter(({ end }) => end === null).length,
    interrupt: (kind, because, id) => {
      for (const attempt of attempts.values())
        if (id === undefined || attempt.command.id === id) interrupt(attempt, new Interruption(kind, because));
    },
    forget: (id) => {
      const attempt = attempts.get(id);
      if (attempt === undefined) return;
      interrupt(attempt, new Interruption("lease-lost", "Another worker has taken the command over."));
      attempts.delete(id);
    },
    look: () => {
      const nowMs = deps.steadyMs();
      for (const attempt of attempts.values()) {
        const timeoutMs = slots[attempt.command.type]?.timeoutMs ?? Infinity;
        if (nowMs - attempt.startedMs >= timeoutMs)
          interrupt(attempt, new Interruption("timed-out", `It ran over its ${Math.round(timeoutMs / 1000)} seconds.`));
        const told = attempt.interruption;
        if (told !== null && nowMs - told.atMs >= graceMs[told.reason.kind]) close(attempt, null);
      }
    },
    ended: () => [...attempts.values()].flatMap(({ command, end }) => (end === null ? [] : [{ command, end }])),
    settled: (id) => void attempts.delete(id),
  };

  async function run(attempt: Attempt): Promise<void> {
    const { signal } = attempt.controller;
    const outcome = await Promise.resolve()
      .then(() => deps.perform(attempt.command, { signal }))
      .catch(outcomeOfError);
    close(attempt, outcome);
  }

  /** The first word counts: of work that was let go, nothing is heard any more. */
  function close(attempt: Attempt, outcome: CommandOutcome | null): void {
    if (attempt.end !== null || attempts.get(attempt.command.id) !== attempt) return;
    attempt.end = { outcome, interruption: attempt.interruption?.reason ?? null };
    deps.onEnded();
  }

  function interrupt(attempt: Attempt, reason: Interruption): void {
    if (attempt.end !== null || attempt.interruption !== null) return;
    attempt.interruption = { reason, atMs: deps.steadyMs() };
    attempt.controller.abort(reason);
  }
}

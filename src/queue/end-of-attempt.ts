import type { CommandOutcome, CommandProducts } from "../domain/command.ts";
import { errorCodes, PullwrightError } from "../domain/error.ts";
import type { CommandEnding, HeldCommand } from "../store/command-leases.ts";
import { backoffMs } from "./backoff.ts";
import type { Interruption } from "./interruption.ts";
import type { CommandMoveName } from "./lifecycle.ts";
import { msUntil, type QueueClock } from "./queue-clock.ts";

/** How the work on a command came to its end: it said how, or it was let go. */
export type AttemptEnd = { outcome: CommandOutcome | null; interruption: Interruption | null };

/** Where a command goes from here, under which name. */
export type EndOfAttempt = { move: CommandMoveName; ending: CommandEnding };

/** What an error that nobody foresaw means for the command that it ended. */
export function outcomeOfError(error: unknown): CommandOutcome {
  const code = error instanceof PullwrightError ? error.code : "INTERNAL";
  const because = error instanceof Error ? error.message : String(error);
  return { kind: errorCodes[code].retryable ? "retry" : "failed", code, because };
}

/**
 * What becomes of a command after an attempt. A cancel wins over whatever the work said, which is kept with it; a stop of the process only over work that
 * did not finish.
 */
export function endOfAttempt(
  { outcome, interruption }: AttemptEnd,
  held: HeldCommand,
  deps: { clock: Pick<QueueClock, "now">; random: () => number },
): EndOfAttempt {
  if (held.isCancelRequested || interruption?.kind === "cancelled") return stopped(outcome);
  if (outcome !== null && !wasCutShort(outcome, interruption)) return endOf(outcome, held, deps);
  if (interruption?.kind === "timed-out")
    return endOf({ kind: "retry", code: "WORKER_TIMED_OUT", because: interruption.message }, held, deps);
  return {
    move: "hand-back",
    ending: {
      to: "queued",
      code: null,
      because: interruption?.message ?? "Its worker stopped.",
      again: { afterMs: 0, attempt: held.attempt - 1, waits: 0, crashes: held.crashes },
    },
  };
}

/** Work that was told to stop and then failed has failed because of that; what it finished all the same counts. */
function wasCutShort(outcome: CommandOutcome, interruption: Interruption | null): boolean {
  if (interruption === null) return false;
  return outcome.kind === "retry" || outcome.kind === "failed";
}

function stopped(outcome: CommandOutcome | null): EndOfAttempt {
  const done = outcome?.kind === "succeeded" ? ` It had been done by then: ${outcome.because}` : "";
  return {
    move: "stop",
    ending: { to: "cancelled", code: null, because: `It was cancelled while it ran.${done}`, ...productsOf(outcome) },
  };
}

function endOf(
  outcome: CommandOutcome,
  held: HeldCommand,
  { clock, random }: { clock: Pick<QueueClock, "now">; random: () => number },
): EndOfAttempt {
  const { because } = outcome;
  switch (outcome.kind) {
    case "succeeded":
      return { move: "succeed", ending: { to: "succeeded", code: null, because, ...productsOf(outcome) } };
    case "skipped":
      return { move: "skip", ending: { to: "skipped", code: null, because, ...productsOf(outcome) } };
    case "failed":
      return { move: "fail", ending: { to: "failed", code: outcome.code, because, ...productsOf(outcome) } };
    case "wait":
      return {
        move: "wait",
        ending: {
          to: "queued",
          code: outcome.code,
          because,
          again: { afterMs: msUntil(outcome.until, clock), attempt: held.attempt - 1, waits: 1, crashes: held.crashes },
        },
      };
    case "retry":
      if (held.attempt >= held.attemptsMax)
        return {
          move: "fail",
          ending: {
            to: "failed",
            code: outcome.code,
            because: `${because} That was attempt ${held.attempt} of ${held.attemptsMax}.`,
            ...productsOf(outcome),
          },
        };
      return {
        move: "try-again",
        ending: {
          to: "queued",
          code: outcome.code,
          because,
          ...productsOf(outcome),
          again: {
            afterMs: outcome.afterMs ?? backoffMs(held.attempt, random),
            attempt: held.attempt,
            waits: 0,
            crashes: held.crashes,
          },
        },
      };
  }
}

function productsOf(outcome: CommandOutcome | null): { products?: CommandProducts } {
  if (outcome === null || outcome.kind === "wait") return {};
  const { links, artifacts, result } = outcome;
  return {
    products: {
      ...(links === undefined ? {} : { links }),
      ...(artifacts === undefined ? {} : { artifacts }),
      ...(result === undefined ? {} : { result }),
    },
  };
}

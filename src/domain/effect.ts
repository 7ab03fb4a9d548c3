import type { Instant } from "./clock.ts";
import type { CommandOutcome } from "./command.ts";

/** What is known of something that we do to the world outside. `intended`: not done, or not known to be. `unknown`: it may have been done. */
export const effectStates = ["intended", "unknown", "done", "refused"] as const;
export type EffectState = (typeof effectStates)[number];

/**
 * What an error says of what was asked. `not-sent`: nothing reached the forge. `refused`: the forge said no. `exists`: it is there already, perhaps from us.
 * `unknown`: it may have happened.
 */
export type EffectFate = "not-sent" | "refused" | "exists" | "unknown";

/**
 * Something that we do to the world outside, so described that it can be done once though everything may happen twice. `Result` is what is worth
 * remembering of it, as small plain JSON: id, URL.
 */
export type Effect<Result extends Record<string, unknown>> = {
  /** The same work has the same key, whoever does it and however often: `create-pull-request:github:github.com:4711:<head sha>`. */
  key: string;
  /** Lower case with hyphens; names the steps: `create-pull-request`. */
  kind: string;
  /** What is asked, as plain JSON without secrets. Stored before anything is sent. */
  request: Record<string, unknown>;
  /** Sends it, once. The mark belongs into the text, if it has one. */
  act: (sending: { marker: string; signal: AbortSignal }) => Promise<Result>;
  /**
   * Finds what we did: everything there that proves to be ours, oldest first. `isOurs` says whether a text bears this effect's mark; who wrote it must be
   * asked too. `since` is a time before which it cannot have been done, null when nothing is known.
   */
  readBack: (looking: {
    marker: string;
    isOurs: (text: string) => boolean;
    since: Instant | null;
    signal: AbortSignal;
  }) => Promise<Result[]>;
  /** Takes away what is there a second time. */
  removeExtra?: (extra: Result) => Promise<void>;
  fateOf: (error: unknown) => EffectFate;
  /**
   * How long after sending it is looked for, before it may be sent again: at once, after 30 and 120 seconds unless told, because a forge's copies lag
   * behind. `[0]` where the forge itself refuses a second one.
   */
  readBackAfterMs?: number[];
  /** False where doing it again does no harm, as with the push of a commit: then it is not looked for before it is sent the first time. */
  looksFirst?: boolean;
};

/** `done`: it is so now, by this call or an earlier one. `open`: not yet to be known, or given up; the command ends so. */
export type EffectEnding<Result> =
  | {
      kind: "done";
      result: Result;
      /** `remembered` from an earlier attempt, `found` there, or `sent` just now. */
      by: "remembered" | "found" | "sent";
      /** False when what was sent then is not what was asked now: the caller may want to bring it up to date. */
      isSameRequest: boolean;
    }
  | { kind: "open"; outcome: Extract<CommandOutcome, { kind: "wait" | "failed" }> };

/** Does an effect on behalf of the command at work. */
export type PerformEffect = <Result extends Record<string, unknown>>(
  effect: Effect<Result>,
) => Promise<EffectEnding<Result>>;

/** What is remembered of an effect by its key. */
export type KnownEffect = {
  state: EffectState;
  sends: number;
  intent: Record<string, unknown>;
  result: Record<string, unknown>;
};

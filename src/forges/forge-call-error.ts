import type { Instant } from "../domain/clock.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";

/**
 * What became of a call to a forge, by what the caller may do next.
 * `not-sent`: nothing reached the forge, try again. `unknown`: a write that may have happened, read back first. `transient`: a read that failed, try again.
 * `rate`: not before `waitUntil`, for the whole credential. `credential`: the token is no good. `permission`: the token may not. `not-found`: the thing
 * is not there, or hidden. `conflict`: what is asked exists already or contradicts the state. `refused`: the request itself is wrong. `liar`: the answer
 * is none that the forge could give.
 */
export type ForgeCallKind =
  | "not-sent"
  | "unknown"
  | "transient"
  | "rate"
  | "credential"
  | "permission"
  | "not-found"
  | "conflict"
  | "refused"
  | "liar";

/** A call to a forge that did not end well. The message holds the forge's own words, redacted and cut to 2 KiB. */
export class ForgeCallError extends PullwrightError {
  readonly kind: ForgeCallKind;
  /** HTTP status, null where there was no answer. */
  readonly status: number | null;
  /**
   * When a call may be made again: for `rate` when the forge will listen, for `credential` when the same token is shown once more, for `permission` when
   * what only looks is tried again (a write that is forbidden has no such time), for `not-sent` when a forge that was out of reach is looked for again.
   * Null where nobody knows.
   */
  readonly waitUntil: Instant | null;

  constructor(
    kind: ForgeCallKind,
    code: ErrorCode,
    message: string,
    detail: { status?: number; waitUntil?: Instant; cause?: unknown } = {},
  ) {
    super(code, message, "cause" in detail ? { cause: detail.cause } : {});
    this.name = "ForgeCallError";
    this.kind = kind;
    this.status = detail.status ?? null;
    this.waitUntil = detail.waitUntil ?? null;
  }
}

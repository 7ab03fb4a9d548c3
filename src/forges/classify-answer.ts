import type { ErrorCode } from "../domain/error.ts";
import type { ForgeCallKind } from "./forge-call-error.ts";
import type { ForgeAnswer, ForgeFetchFailure } from "./forge-fetch.ts";
import { isExhausted } from "./rate-wait.ts";

/** `read`: asking twice is as good as asking once, whatever the method. `write`: twice would be two. */
export type CallKind = "read" | "write";

/** What came of one request: an answer, no answer, or an answer that is not what the forge would say to this. */
export type Signal =
  | { was: "failure"; call: CallKind; failure: ForgeFetchFailure }
  | { was: "answer"; call: CallKind; answer: ForgeAnswer; words: string }
  | { was: "wrong"; call: CallKind; answer: ForgeAnswer; because: string };

export type FailedVerdict = { kind: ForgeCallKind; code: ErrorCode };

/** What it means. `ok` needs no code. */
export type Verdict = { kind: "ok" } | FailedVerdict;

/** One line of the policy. The first that fits is taken. */
export type PolicyRow = { when: (signal: Signal) => boolean; means: Verdict | ((call: CallKind) => Verdict) };

/** Says what an answer, or the lack of one, means for the caller. `ownRows` are what one forge says differently; they come first. */
export function classify(signal: Signal, ownRows: readonly PolicyRow[]): Verdict {
  for (const { when, means } of [...ownRows, ...policy])
    if (when(signal)) return typeof means === "function" ? means(signal.call) : means;
  return liar(signal.call);
}

/** An answer with one of these statuses. */
export function isStatus(signal: Signal, ...statuses: number[]): boolean {
  return signal.was === "answer" && statuses.includes(signal.answer.status);
}

/** An answer in whose words the pattern is found. */
export function isSaying(signal: Signal, pattern: RegExp): boolean {
  return signal.was === "answer" && pattern.test(signal.words);
}

/** The forge is unwell, or went away while we waited: harmless for a read, and no one knows for a write. */
function unwell(call: CallKind): FailedVerdict {
  return { kind: call === "write" ? "unknown" : "transient", code: "FORGE_UNAVAILABLE" };
}

/** A page of HTML with status 200 may stand before the forge or behind it, so a write may have happened. */
function liar(call: CallKind): FailedVerdict {
  return { kind: call === "write" ? "unknown" : "liar", code: "FORGE_BAD_RESPONSE" };
}

/** Every call to every forge ends in one of these lines. */
const policy: PolicyRow[] = [
  {
    when: (signal) => signal.was === "failure" && !signal.failure.sent,
    means: { kind: "not-sent", code: "FORGE_UNREACHABLE" },
  },
  {
    when: (signal) => signal.was === "failure" && ["too-large", "unreadable"].includes(signal.failure.reason),
    means: liar,
  },
  { when: (signal) => signal.was === "failure", means: unwell },
  { when: (signal) => signal.was === "wrong", means: liar },
  {
    when: (signal) => signal.was === "answer" && signal.answer.status >= 200 && signal.answer.status < 300,
    means: { kind: "ok" },
  },
  { when: (signal) => isStatus(signal, 408) || isServerError(signal), means: unwell },
  { when: (signal) => isRate(signal), means: { kind: "rate", code: "FORGE_RATE_LIMITED" } },
  { when: (signal) => isStatus(signal, 401), means: { kind: "credential", code: "FORGE_CREDENTIAL_REFUSED" } },
  { when: (signal) => isStatus(signal, 403), means: { kind: "permission", code: "FORGE_FORBIDDEN" } },
  {
    when: (signal) => isStatus(signal, 301, 302, 303, 307, 308),
    means: { kind: "refused", code: "REDIRECT_REFUSED" },
  },
  { when: (signal) => isStatus(signal, 404), means: { kind: "not-found", code: "FORGE_NOT_FOUND" } },
  { when: (signal) => isStatus(signal, 409), means: { kind: "conflict", code: "FORGE_CONFLICT" } },
  {
    when: (signal) => signal.was === "answer" && signal.answer.status >= 400 && signal.answer.status < 500,
    means: { kind: "refused", code: "FORGE_REFUSED" },
  },
];

function isServerError(signal: Signal): boolean {
  return signal.was === "answer" && signal.answer.status >= 500;
}

/** A 403 is GitHub's older way to say 429, with a header, or in words alone. */
function isRate(signal: Signal): boolean {
  if (signal.was !== "answer") return false;
  const { status, headers } = signal.answer;
  if (status === 429) return true;
  return (
    status === 403 &&
    (headers.has("retry-after") || isExhausted(headers) || /secondary rate|abuse|rate limit/i.test(signal.words))
  );
}

import { type Clock, instantOf } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { ForgeCallError } from "../forges/forge-call-error.ts";

/** A forge may be out of reach for so long before work that waits for it is given up. */
const patienceMs = 24 * 3_600_000;
/** Where the forge named no time itself: a new token may be put in place, or the network come back, at any time. */
const waitMs = 60_000;

/** What is no fault of the work, and of nothing that was asked. */
const waitedFor: ReadonlySet<ErrorCode> = new Set([
  "FORGE_RATE_LIMITED",
  "FORGE_CREDENTIAL_REFUSED",
  "SECRET_NOT_FOUND",
  "GITHUB_NOT_CONFIGURED",
  "GITLAB_NOT_CONFIGURED",
  "FORGE_UNREACHABLE",
]);

/**
 * What a command does about an error of a forge that is no fault of the work: it waits, and uses up no attempt. Null for every other error, which ends the
 * attempt as its code says.
 */
export function outcomeOfForgeError(error: unknown, command: ClaimedCommand, clock: Clock): CommandOutcome | null {
  if (!(error instanceof PullwrightError) || !isWaitedFor(error)) return null;
  const { code, message } = error;
  const nowMs = clock().getTime();
  if (code === "FORGE_UNREACHABLE" && nowMs - Date.parse(command.createdAt) >= patienceMs)
    return { kind: "failed", code, because: `${message} It was tried for a day.` };
  const soon = instantOf(new Date(nowMs + waitMs));
  const named = error instanceof ForgeCallError ? error.waitUntil : null;
  // While a credential rests nothing is sent with it, so it costs nothing to look often whether another is in its place.
  const until = named === null || (isResting(error) && named > soon) ? soon : named;
  return { kind: "wait", code, because: message, until };
}

function isResting(error: PullwrightError): boolean {
  return error instanceof ForgeCallError && error.kind === "credential";
}

/** A forge that forbids what only looks may let us in later, with another token or other rights; one that forbids a write has decided. */
function isWaitedFor(error: PullwrightError): boolean {
  if (waitedFor.has(error.code)) return true;
  return error.code === "FORGE_FORBIDDEN" && error instanceof ForgeCallError && error.waitUntil !== null;
}

import { type Clock, instantOf } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import { ForgeCallError } from "../forges/forge-call-error.ts";

/** A forge may be down for so long before work that waits for it is given up. */
const patienceMs = 24 * 3_600_000;
const waitMs = { unreachable: 60_000, credential: 60_000, rate: 60_000 };

/**
 * What a command does about an error of a forge that is no fault of the work: it waits, and uses up no attempt. Null for every other error, which ends the
 * attempt as its code says.
 */
export function outcomeOfForgeError(error: unknown, command: ClaimedCommand, clock: Clock): CommandOutcome | null {
  if (!(error instanceof PullwrightError)) return null;
  const nowMs = clock().getTime();
  const named = error instanceof ForgeCallError ? error.waitUntil : null;
  const wait = (ms: number): CommandOutcome => ({
    kind: "wait",
    code: error.code,
    because: error.message,
    until: named ?? instantOf(new Date(nowMs + ms)),
  });
  switch (error.code) {
    case "FORGE_RATE_LIMITED":
      return wait(waitMs.rate);
    // A new token may be put in its place at any time; the forge itself is asked rarely while the old one is there.
    case "FORGE_CREDENTIAL_REFUSED":
    case "GITHUB_NOT_CONFIGURED":
    case "GITLAB_NOT_CONFIGURED":
      return wait(waitMs.credential);
    case "FORGE_UNREACHABLE":
      return nowMs - Date.parse(command.createdAt) < patienceMs
        ? wait(waitMs.unreachable)
        : { kind: "failed", code: error.code, because: `${error.message} It was tried for a day.` };
    default:
      return null;
  }
}

import type { EffectFate } from "../domain/effect.ts";
import { PullwrightError } from "../domain/error.ts";
import { ForgeCallError } from "../forges/forge-call-error.ts";

/** What an error of a forge's API says of the write that it ended. */
export function fateOfCall(error: unknown): EffectFate {
  if (!(error instanceof ForgeCallError)) return "unknown";
  switch (error.kind) {
    // Held back, or sent away at the door.
    case "not-sent":
    case "rate":
    case "credential":
      return "not-sent";
    case "permission":
    case "not-found":
    case "refused":
      return "refused";
    case "conflict":
      return "exists";
    case "unknown":
    case "transient":
    case "liar":
      return "unknown";
  }
}

/**
 * What an error of git says of the push that it ended. One that was broken off is simply pushed again: the remote takes the same commit as done, and refuses
 * what would overwrite another's.
 */
export function fateOfPush(error: unknown): EffectFate {
  if (!(error instanceof PullwrightError)) return "unknown";
  switch (error.code) {
    case "BRANCH_EXISTS":
    case "BRANCH_CONFLICT":
    case "PUSH_REJECTED":
    case "FORGE_FORBIDDEN":
    case "FORGE_NOT_FOUND":
      return "refused";
    case "FORGE_CREDENTIAL_REFUSED":
    case "FORGE_UNREACHABLE":
    case "FORGE_RATE_LIMITED":
      return "not-sent";
    default:
      return "unknown";
  }
}

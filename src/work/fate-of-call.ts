import type { EffectFate } from "../domain/effect.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { ForgeCallError, type ForgeCallKind } from "../forges/forge-call-error.ts";

/** What an error of a forge's API says of the write that it ended. */
export function fateOfCall(error: unknown): EffectFate {
  return error instanceof ForgeCallError ? fateOfCallKind[error.kind] : "unknown";
}

const fateOfCallKind: Record<ForgeCallKind, EffectFate> = {
  // Held back, or sent away at the door.
  "not-sent": "not-sent",
  rate: "not-sent",
  credential: "not-sent",
  permission: "refused",
  "not-found": "refused",
  refused: "refused",
  conflict: "exists",
  unknown: "unknown",
  transient: "unknown",
  liar: "unknown",
};

/**
 * What an error of git says of the push that it ended. One that was broken off is simply pushed again: the remote takes the same commit as done, and refuses
 * what would overwrite another's.
 */
export function fateOfPush(error: unknown): EffectFate {
  return (error instanceof PullwrightError ? fateOfPushCode[error.code] : undefined) ?? "unknown";
}

const fateOfPushCode: Partial<Record<ErrorCode, EffectFate>> = {
  BRANCH_NAME_INVALID: "not-sent",
  GIT_UNAVAILABLE: "not-sent",
  BRANCH_EXISTS: "refused",
  BRANCH_CONFLICT: "refused",
  PUSH_REJECTED: "refused",
  FORGE_FORBIDDEN: "refused",
  FORGE_NOT_FOUND: "refused",
  FORGE_CREDENTIAL_REFUSED: "not-sent",
  FORGE_UNREACHABLE: "not-sent",
  FORGE_RATE_LIMITED: "not-sent",
};

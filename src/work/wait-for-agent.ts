import { type Clock, instantOf } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import type { ErrorCode } from "../domain/error.ts";

export type AgentFailure = { code: ErrorCode; because: string; retryAfterMs: number | null };

/** An agent that cannot be asked now may be asked soon; so long somebody waits. */
const patienceMs = 3_600_000;
const againMs = 60_000;

const passing: ReadonlySet<ErrorCode> = new Set(["AGENT_RATE_LIMITED", "AGENT_UNAVAILABLE"]);

/** What passes by itself is waited for, and uses up no attempt. Null for what does not, or has been waited for too long. */
export function waitForAgent(
  failure: AgentFailure,
  command: Pick<ClaimedCommand, "createdAt">,
  clock: Clock,
): CommandOutcome | null {
  if (!passing.has(failure.code)) return null;
  const untilMs = clock().getTime() + Math.max(failure.retryAfterMs ?? againMs, 1000);
  if (untilMs - Date.parse(command.createdAt) > patienceMs) return null;
  return { kind: "wait", code: failure.code, because: failure.because, until: instantOf(new Date(untilMs)) };
}

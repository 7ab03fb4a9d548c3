import type { ClaimedCommand, CommandOutcome, NewCommand } from "../domain/command.ts";
import type { StoreQueries } from "../store/store.ts";
import { type AttemptEnd, endOfAttempt } from "./end-of-attempt.ts";
import { enqueue } from "./enqueue.ts";
import type { QueueClock } from "./queue-clock.ts";
import { settleWorkflow } from "./settle-workflow.ts";

/** What follows from how a command ended. Pure: it sees nothing but these two. */
export type FollowUps = (command: ClaimedCommand, outcome: CommandOutcome) => NewCommand[];

export type SettleDeps = {
  clock: QueueClock;
  random: () => number;
  followUps: FollowUps;
  /** Who claimed, for the history. */
  owner: string;
};

type Queries = Pick<StoreQueries, "commands" | "commandClaims" | "workflows">;

/**
 * Ends a claim in the caller's transaction: the command's state and history, what follows from it, and where its workflow stands, all or nothing. Says
 * "lost", and has written nothing, when the command is no longer this claim's: another one finishes it. A second call is therefore safe.
 */
export async function settle(
  command: ClaimedCommand,
  end: AttemptEnd,
  queries: Queries,
  deps: SettleDeps,
): Promise<"settled" | "lost"> {
  const { clock } = deps;
  const held = await queries.commandClaims.hold(command.id, command.fence);
  if (held === undefined) return "lost";
  const { move, ending } = endOfAttempt(end, held, deps);
  const now = clock.forStore();
  await queries.commandClaims.endClaim(command, ending, now);
  // Waits may come by the thousand; the command itself says for what it waits.
  if (move !== "wait")
    await queries.commands.addHistory(
      [
        {
          command_id: command.id,
          move,
          attempt: held.attempt,
          actor: deps.owner,
          code: ending.code,
          because: ending.because,
          started_at: held.startedAt,
        },
      ],
      now,
    );
  if (ending.to === "queued") return "settled";
  if (ending.to !== "cancelled" && end.outcome !== null)
    await enqueue(deps.followUps(command, lastWord(end.outcome)), queries, clock);
  await settleWorkflow(command.workflowId, queries, clock);
  return "settled";
}

/** A retry that came to an end has failed. */
function lastWord(outcome: CommandOutcome): CommandOutcome {
  if (outcome.kind !== "retry") return outcome;
  const { afterMs: _afterMs, ...rest } = outcome;
  return { ...rest, kind: "failed" };
}

import type { ClaimedCommand, CommandOutcome, NewCommand } from "../domain/command.ts";
import type { StoreQueries } from "../store/store.ts";
import type { EndedAttempt } from "./attempts.ts";
import { endOfAttempt } from "./end-of-attempt.ts";
import { enqueue } from "./enqueue.ts";
import { leaveOpen } from "./leave-open.ts";
import type { QueueClock } from "./queue-clock.ts";

/** What follows from how a command ended. Pure: it sees nothing but these two. */
export type FollowUps = (command: ClaimedCommand, outcome: CommandOutcome) => NewCommand[];

export type SettleDeps = {
  clock: QueueClock;
  random: () => number;
  followUps: FollowUps;
  /** Who claimed, for the history. */
  owner: string;
  reach: (step: string) => void;
};

type Queries = Pick<StoreQueries, "commands" | "commandClaims" | "commandLeases" | "effects" | "workflows">;

/**
 * Ends claims in the caller's transaction: each command's state and history, what follows from it, and where its workflow stands, all or nothing. Commands
 * that are no longer these claims' are left alone, and returned: another worker finishes them. A second call is therefore safe.
 */
export async function settle(ended: EndedAttempt[], queries: Queries, deps: SettleDeps): Promise<ClaimedCommand[]> {
  const { clock, owner, reach } = deps;
  const held = new Map(
    (await queries.commandLeases.hold(ended.map(({ command }) => command))).map((one) => [one.id, one]),
  );
  const settled = ended.flatMap(({ command, end }) => {
    const holding = held.get(command.id);
    return holding === undefined ? [] : [{ command, holding, end, ...endOfAttempt(end, holding, deps) }];
  });
  for (const { command, ending } of settled)
    if (ending.to === "cancelled") ending.because += await leaveOpen(command.id, queries);
  const now = clock.forStore();
  await queries.commandLeases.end(
    settled.map(({ command: { id, fence }, ending }) => ({ id, fence, ending })),
    now,
  );
  await queries.commands.addHistory(
    settled
      // Waits may come by the thousand; the command itself says for what it waits.
      .filter(({ move }) => move !== "wait")
      .map(({ command, holding, move, ending: { code, because } }) => ({
        command_id: command.id,
        move,
        attempt: holding.attempt,
        actor: owner,
        code,
        because,
        started_at: holding.startedAt,
      })),
    now,
  );
  const over = settled.filter(({ ending }) => ending.to !== "queued");
  for (const { command, end, ending } of over)
    if (ending.to !== "cancelled" && end.outcome !== null) {
      const following = await enqueue(deps.followUps(command, lastWord(end.outcome)), queries, clock);
      if (following.length > 0) reach("follow-up.queued");
    }
  await queries.workflows.settle([...new Set(over.map(({ command }) => command.workflowId))], now);
  if (settled.length > 0) reach("settle.written");
  return ended.filter(({ command }) => !held.has(command.id)).map(({ command }) => command);
}

/** A retry that came to an end has failed. */
function lastWord(outcome: CommandOutcome): CommandOutcome {
  if (outcome.kind !== "retry") return outcome;
  const { afterMs: _afterMs, ...rest } = outcome;
  return { ...rest, kind: "failed" };
}

import type { CommandSeries, NewCommand } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import type { NewWorkflow } from "../domain/workflow.ts";
import { safeWorkflowId } from "../domain/workflow-id.ts";
import type { StoreQueries } from "../store/store.ts";
import type { StoreTime } from "../store/store-time.ts";
import { msUntil, type QueueClock } from "./queue-clock.ts";

/** The command that bears the key, and whether this call made it. */
export type Enqueued = { id: number; isNew: boolean };

type Queries = Pick<StoreQueries, "commands" | "commandClaims" | "workflows">;

/**
 * Queues commands in the caller's transaction: with it they come to be or not. The same idempotency key a second time is the command that is there, also
 * when that has ended. A workflow that had ended is active again, a paused one stays paused and the command waits with it.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND when a workflow is missing: `startWorkflow` begins it
 */
export async function enqueue(commands: NewCommand[], queries: Queries, clock: QueueClock): Promise<Enqueued[]> {
  const enqueued: Enqueued[] = [];
  for (const command of commands) enqueued.push(await enqueueOne(command, queries, clock));
  if (enqueued.some(({ isNew }) => isNew)) await queries.commandClaims.announce();
  return enqueued;
}

/** Begins a workflow in the caller's transaction. The same id a second time is the workflow that is there. */
export async function startWorkflow(
  workflow: NewWorkflow,
  { workflows }: Pick<Queries, "workflows">,
  clock: QueueClock,
): Promise<{ isNew: boolean }> {
  if (safeWorkflowId(workflow.id) !== workflow.id)
    throw new PullwrightError(
      "VALIDATION_ERROR",
      `${JSON.stringify(workflow.id)} cannot name a workflow: letters, digits, ".", "_" and "-", at most 100, as a folder may be called.`,
    );
  return workflows.add(workflow, clock.forStore());
}

async function enqueueOne(command: NewCommand, queries: Queries, clock: QueueClock): Promise<Enqueued> {
  const workflow = await queries.workflows.get(command.workflowId);
  if (workflow === undefined)
    throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no workflow ${JSON.stringify(command.workflowId)}.`);
  const now = clock.forStore();
  const afterMs = Math.max(msUntil(command.availableAt, clock), await msUntilNext(command.series, queries, now));
  const enqueued = await queries.commands.add(command, afterMs, now);
  if (!enqueued.isNew) return enqueued;
  if (command.series !== undefined) await supersede(command.series, enqueued.id, command.requestedBy, queries, now);
  if (workflow.state !== "paused" && workflow.state !== "active")
    await queries.workflows.setState(workflow.id, "active", now);
  await queries.commands.addHistory(
    [
      {
        command_id: enqueued.id,
        move: "enqueue",
        attempt: 0,
        actor: command.requestedBy,
        code: null,
        because: null,
        started_at: null,
      },
    ],
    now,
  );
  return enqueued;
}

/** How long until the next of a series may begin. */
async function msUntilNext(series: CommandSeries | undefined, { commands }: Queries, now: StoreTime): Promise<number> {
  if (series === undefined) return 0;
  const sinceMs = await commands.msSinceSeriesBegan(series.key, now);
  return sinceMs === null ? 0 : Math.max(0, series.everyMs - sinceMs);
}

/** Skips what waits of a series: somebody asked for something newer. */
async function supersede(
  { key }: CommandSeries,
  byId: number,
  actor: string,
  { commands, workflows }: Queries,
  now: StoreTime,
): Promise<void> {
  const because = `Command ${byId} took its place before its turn came.`;
  const skipped = await commands.supersede({ series: key, byId }, because, now);
  await commands.addHistory(
    skipped.map(({ id, attempt }) => ({
      command_id: id,
      move: "supersede",
      attempt,
      actor,
      code: null,
      because,
      started_at: null,
    })),
    now,
  );
  await workflows.settle([...new Set(skipped.map(({ workflow_id: id }) => id))], now);
}

import type { CommandState } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import type { CommandDetail } from "../store/commands.ts";
import type { StoreQueries } from "../store/store.ts";
import { noteRequest, type Requester } from "./note-request.ts";
import type { QueueClock } from "./queue-clock.ts";

/**
 * Queues a command again that ended without success, with all its attempts anew and its history kept, in the caller's transaction. It finds what it did
 * before by the keys of its effects, so nothing is done twice.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when it has not ended, or succeeded
 */
export async function retryCommand(
  id: number,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<CommandDetail> {
  const before = await queries.commands.get(id);
  if (before === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no command ${id}.`);
  if (!(await queries.commands.requeue(id, clock.forStore())))
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Command ${id} is ${before.state}; failed, skipped and cancelled ones can be retried.`,
    );
  await noteRetry(before, by, queries, clock);
  await continueWorkflow(before.workflow_id, queries, clock);
  await noteRequest(
    {
      kind: "retry_requested",
      subject: { kind: "command", ref: String(id) },
      summary: `Command ${id} (${before.type} of ${before.workflow_id}) is tried again`,
    },
    by,
    queries,
    clock,
  );
  await queries.commandClaims.announce();
  return { ...before, ...(await queries.commands.get(id)) };
}

/**
 * Retries what made a workflow fail or was cancelled with it: of each type the last command, if it ended so. Returns their ids.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when the workflow neither failed nor was cancelled, or something of it still runs
 */
export async function retryWorkflow(
  id: string,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<number[]> {
  const workflow = await queries.workflows.get(id);
  if (workflow === undefined)
    throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no workflow ${JSON.stringify(id)}.`);
  if (workflow.state !== "failed" && workflow.state !== "cancelled")
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Workflow ${id} is ${workflow.state}; failed and cancelled ones can be retried.`,
    );
  if ((await queries.commands.idsOfWorkflow(id, ["queued", "running"])).length > 0)
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Something of workflow ${id} still stops; try again in a moment.`,
    );
  const retried: number[] = [];
  for (const last of await queries.commands.lastOfEachType(id)) {
    if (!retryable.has(last.state) || !(await queries.commands.requeue(last.id, clock.forStore()))) continue;
    await noteRetry(last, by, queries, clock);
    retried.push(last.id);
  }
  if (retried.length === 0)
    throw new PullwrightError("INVALID_STATE_TRANSITION", `Nothing of workflow ${id} failed or was cancelled.`);
  await continueWorkflow(id, queries, clock);
  await noteRequest(
    {
      kind: "retry_requested",
      subject: { kind: "workflow", ref: id },
      summary: `Workflow ${id} is tried again: command ${retried.join(", ")}`,
    },
    by,
    queries,
    clock,
  );
  await queries.commandClaims.announce();
  return retried;
}

const retryable = new Set<CommandState>(["failed", "cancelled"]);

async function continueWorkflow(id: string, { workflows }: StoreQueries, clock: QueueClock): Promise<void> {
  const workflow = await workflows.get(id);
  if (workflow?.state !== "paused") await workflows.setState(id, "active", clock.forStore());
}

async function noteRetry(
  { id, attempt }: { id: number; attempt: number },
  { actor }: Requester,
  { commands }: StoreQueries,
  clock: QueueClock,
): Promise<void> {
  await commands.addHistory(
    [{ command_id: id, move: "retry", attempt, actor, code: null, because: null, started_at: null }],
    clock.forStore(),
  );
}

import { PullwrightError } from "../domain/error.ts";
import type { CommandDetail } from "../store/commands.ts";
import type { StoreQueries } from "../store/store.ts";
import { noteRequest, type Requester } from "./note-request.ts";
import type { QueueClock } from "./queue-clock.ts";

/**
 * Cancels a command, in the caller's transaction: one that waits has ended with it, one that runs is told to stop by its own process within two seconds.
 * Nothing follows from a cancelled command, and it writes nothing to a forge from here on. Cancelling a running one twice is cancelling it once.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when it has ended
 */
export async function cancelCommand(
  id: number,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<CommandDetail> {
  const before = await findCommand(id, queries);
  await cancelOne(id, by, queries, clock);
  await queries.workflows.settle([before.workflow_id], clock.forStore());
  await noteRequest(
    {
      kind: "cancel_requested",
      subject: { kind: "command", ref: String(id) },
      summary: `Command ${id} (${before.type} of ${before.workflow_id}) was cancelled`,
    },
    by,
    queries,
    clock,
  );
  await queries.commandClaims.announce();
  return findCommand(id, queries);
}

/**
 * Cancels a workflow with all that waits or runs of it.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when it has succeeded or is cancelled
 */
export async function cancelWorkflow(
  id: string,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<void> {
  const workflow = await queries.workflows.get(id);
  if (workflow === undefined)
    throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no workflow ${JSON.stringify(id)}.`);
  if (workflow.state === "succeeded" || workflow.state === "cancelled")
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Workflow ${id} is ${workflow.state}; there is nothing to cancel.`,
    );
  for (const command of await queries.commands.idsOfWorkflow(id, ["queued", "running"]))
    await cancelOne(command, by, queries, clock);
  await queries.workflows.setState(id, "cancelled", clock.forStore());
  await noteRequest(
    { kind: "cancel_requested", subject: { kind: "workflow", ref: id }, summary: `Workflow ${id} was cancelled` },
    by,
    queries,
    clock,
  );
  await queries.commandClaims.announce();
}

async function cancelOne(id: number, { actor }: Requester, queries: StoreQueries, clock: QueueClock): Promise<void> {
  const now = clock.forStore();
  const because = `${actor} cancelled it before it began.`;
  if (await queries.commands.cancelQueued(id, because, now)) {
    const { attempt } = await findCommand(id, queries);
    await queries.commands.addHistory(
      [{ command_id: id, move: "cancel", attempt, actor, code: null, because, started_at: null }],
      now,
    );
    return;
  }
  if (await queries.commands.requestCancel(id, now)) return;
  const { state } = await findCommand(id, queries);
  throw new PullwrightError("INVALID_STATE_TRANSITION", `Command ${id} is ${state}; it can no longer be cancelled.`);
}

async function findCommand(id: number, { commands }: Pick<StoreQueries, "commands">): Promise<CommandDetail> {
  const command = await commands.get(id);
  if (command === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no command ${id}.`);
  return command;
}

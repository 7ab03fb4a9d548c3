import { PullwrightError } from "../domain/error.ts";
import type { StoreQueries } from "../store/store.ts";
import type { WorkflowRow } from "../store/workflows.ts";
import { noteRequest, type Requester } from "./note-request.ts";
import type { QueueClock } from "./queue-clock.ts";

/**
 * Pauses a workflow, in the caller's transaction: nothing of it is begun any more, and nothing of it fails for that. What runs goes on to its end; what
 * follows from that waits.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when it is not active
 */
export async function pauseWorkflow(
  id: string,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<void> {
  const workflow = await find(id, queries);
  if (workflow.state !== "active")
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Workflow ${id} is ${workflow.state}; active ones can be paused.`,
    );
  await queries.workflows.setState(id, "paused", clock.forStore());
  await queries.commands.setPaused(id, true);
  await noteRequest(
    { kind: "pause_requested", subject: { kind: "workflow", ref: id }, summary: `Workflow ${id} was paused` },
    by,
    queries,
    clock,
  );
}

/**
 * Lets a paused workflow go on where it was.
 *
 * @throws PullwrightError RESOURCE_NOT_FOUND, INVALID_STATE_TRANSITION when it is not paused
 */
export async function resumeWorkflow(
  id: string,
  by: Requester,
  queries: StoreQueries,
  clock: QueueClock,
): Promise<void> {
  const workflow = await find(id, queries);
  if (workflow.state !== "paused")
    throw new PullwrightError(
      "INVALID_STATE_TRANSITION",
      `Workflow ${id} is ${workflow.state}; paused ones can be resumed.`,
    );
  await queries.commands.setPaused(id, false);
  await queries.workflows.setState(id, "active", clock.forStore());
  await queries.workflows.settle([id], clock.forStore());
  await noteRequest(
    { kind: "resume_requested", subject: { kind: "workflow", ref: id }, summary: `Workflow ${id} goes on` },
    by,
    queries,
    clock,
  );
  await queries.commandClaims.announce();
}

async function find(id: string, { workflows }: StoreQueries): Promise<WorkflowRow> {
  const workflow = await workflows.get(id);
  if (workflow === undefined)
    throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no workflow ${JSON.stringify(id)}.`);
  return workflow;
}

import type { CommandState } from "../domain/command.ts";
import type { WorkflowState } from "../domain/workflow.ts";
import type { StoreQueries } from "../store/store.ts";
import type { QueueClock } from "./queue-clock.ts";

type Queries = Pick<StoreQueries, "commands" | "workflows">;

/**
 * Says where a workflow stands after one of its commands moved. In the transaction of that move: transactions come one after the other, so that of two
 * commands which end at once the second sees the first. A paused or cancelled workflow stays what it is. Says the same however often it is asked.
 */
export async function settleWorkflow(id: string, queries: Queries, clock: QueueClock): Promise<void> {
  const workflow = await queries.workflows.get(id);
  if (workflow === undefined || workflow.state === "paused" || workflow.state === "cancelled") return;
  await queries.workflows.setState(id, await standingOf(id, queries), clock.forStore());
}

/** Where a workflow stands by its commands alone. A later command of a type makes up for an earlier one that failed. */
export async function standingOf(id: string, queries: Pick<Queries, "commands">): Promise<WorkflowState> {
  const { hasOpen, endings } = await queries.commands.standingOfWorkflow(id);
  return hasOpen || endings.length === 0 ? "active" : endedAs(endings.map(({ state }) => state));
}

function endedAs(endings: CommandState[]): WorkflowState {
  if (endings.includes("failed")) return "failed";
  return endings.at(-1) === "cancelled" ? "cancelled" : "succeeded";
}

import type { Decision } from "../domain/decision.ts";
import { instantOf } from "../domain/clock.ts";
import { inOwnRepository } from "../domain/workflow-id.ts";
import type { StoreQueries } from "../store/store.ts";
import { enqueue, startWorkflow } from "./enqueue.ts";
import type { QueueClock } from "./queue-clock.ts";

/** A decision whose command, if it wanted one, is in the queue. */
export type SettledDecision = Omit<Decision, "command"> & { commandId?: number };

type Queries = Pick<StoreQueries, "commands" | "commandClaims" | "workflows">;

/**
 * Queues what the rules decided, in the caller's transaction, each command in its workflow. Of work that was asked for before the decision says so. Safe to
 * call again: a command has its key, a workflow its id.
 */
export async function enqueueWanted(
  decisions: Decision[],
  eventId: number,
  queries: Queries,
  clock: QueueClock,
): Promise<SettledDecision[]> {
  const settled: SettledDecision[] = [];
  for (const { command: wanted, ...decision } of decisions) {
    if (wanted === undefined) {
      settled.push(decision);
      continue;
    }
    const { title, ...command } = wanted;
    const workflowId = await workflowFor(command.workflowId, command.repositoryKey, queries);
    const workflow = { id: workflowId, repositoryKey: command.repositoryKey, title, checkoutDir: null, issueDir: null };
    const requestedBy = `event ${eventId}`;
    await startWorkflow({ ...workflow, requestedBy }, queries, clock);
    const [enqueued] = await enqueue(
      [{ ...command, workflowId, requestedBy, availableAt: instantOf(new Date(0)), causedBy: { eventId } }],
      queries,
      clock,
    );
    if (enqueued === undefined) continue;
    settled.push(
      enqueued.isNew
        ? { ...decision, commandId: enqueued.id }
        : {
            ...decision,
            verdict: "unchanged",
            because: `${decision.because} It was asked for before.`,
            commandId: enqueued.id,
          },
    );
  }
  return settled;
}

/** `SCRUM-123` may be at work in two repositories: whoever comes second gets an id of its own, always the same. */
export async function workflowFor(
  id: string,
  repositoryKey: string | null,
  { workflows }: Pick<Queries, "workflows">,
): Promise<string> {
  const taken = await workflows.get(id);
  if (repositoryKey === null || taken === undefined || taken.repository_key === null) return id;
  return taken.repository_key === repositoryKey ? id : inOwnRepository(id, repositoryKey);
}

import { randomUUID } from "node:crypto";
import { systemClock, systemSteadyClock } from "../../src/domain/clock.ts";
import type { NewCommand } from "../../src/domain/command.ts";
import { enqueue, startWorkflow } from "../../src/queue/enqueue.ts";
import { isGone, newOwner } from "../../src/queue/owner.ts";
import { createQueueClock, type QueueClock } from "../../src/queue/queue-clock.ts";
import { type RunningWorkers, runWorkers } from "../../src/queue/run-workers.ts";
import { openStore, type StoreLocation } from "../../src/store/open-store.ts";
import type { StoreQueries } from "../../src/store/store.ts";
import type { Contender } from "./contender.ts";

/**
 * Our queue, on either database, with all that a command has: history, workflow, audit. `from`: who queues. In the workers' own process they are nudged; from
 * elsewhere they hear of it from the database.
 */
export function ours(
  name: string,
  makeLocation: () => Promise<{ location: StoreLocation; remove: () => Promise<void> }>,
  from: "own-process" | "elsewhere",
): Contender {
  return {
    name,
    open: async () => {
      const { location, remove } = await makeLocation();
      const store = await openStore(location, "write");
      const other = from === "elsewhere" ? await openStore(location, "write") : store;
      const clock = createQueueClock(store.engine, { clock: systemClock, steadyMs: systemSteadyClock });
      let workers: RunningWorkers | null = null;
      return {
        add: async (repository) => {
          await other.transaction((queries) => put([repository], queries, clock));
          if (from === "own-process") workers?.nudge();
        },
        addMany: async (repositories) => {
          for (let index = 0; index < repositories.length; index += 500)
            await other.transaction((queries) => put(repositories.slice(index, index + 500), queries, clock));
        },
        work: async (slots, perform) => {
          const running = await runWorkers(
            { slots: { create_pull_request: { instances: slots, timeoutMs: 600_000 } }, leaseMs: 30_000 },
            {
              store,
              clock,
              random: Math.random,
              owner: newOwner(),
              isGone,
              perform: async (command) => {
                await perform(command.repositoryKey ?? "");
                return { kind: "succeeded", because: "Done." };
              },
              followUps: () => [],
              redact: (text) => text,
              log: { info: () => {}, warn: console.warn, error: console.error },
              reach: () => {},
              onChanged: () => {},
            },
          );
          workers = running;
          return { stop: running.stop };
        },
        close: async () => {
          await store.close();
          if (other !== store) await other.close();
          await remove();
        },
      };
    },
  };
}

async function put(repositories: string[], queries: StoreQueries, clock: QueueClock): Promise<void> {
  for (const repositoryKey of repositories) {
    const workflowId = randomUUID();
    const workflow = { id: workflowId, repositoryKey, title: null, checkoutDir: null, issueDir: null };
    await startWorkflow({ ...workflow, requestedBy: "bench" }, queries, clock);
    const command: NewCommand = {
      type: "create_pull_request",
      workflowId,
      repositoryKey,
      writes: true,
      idempotencyKey: workflowId,
      payload: { repository: repositoryKey },
      priority: 0,
      attemptsMax: 3,
      availableAt: clock.now(),
      requestedBy: "bench",
    };
    await enqueue([command], queries, clock);
  }
}

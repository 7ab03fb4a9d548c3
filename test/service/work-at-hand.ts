import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { systemClock, systemSteadyClock } from "../../src/domain/clock.ts";
import type { ClaimedCommand, CommandOutcome, CommandType, NewCommand } from "../../src/domain/command.ts";
import type { Effect, EffectEnding } from "../../src/domain/effect.ts";
import type { NewWorkflow } from "../../src/domain/workflow.ts";
import { performEffect } from "../../src/queue/effect.ts";
import { enqueue, startWorkflow } from "../../src/queue/enqueue.ts";
import { isGone, newOwner } from "../../src/queue/owner.ts";
import { createQueueClock } from "../../src/queue/queue-clock.ts";
import { runWorkers } from "../../src/queue/run-workers.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

/** Nobody but the test performs commands: the service leaves them to us. */
export const noWorkersHere = Object.fromEntries(
  ["EXECUTE_PLAN", "CREATE_PULL_REQUEST", "REVIEW_PULL_REQUEST"].map((type) => [
    `PULLWRIGHT_WORKERS_${type}_ENABLED`,
    "false",
  ]),
);

/** Real workers in the test's process, on the store of a running service, whose commands end when and as the test says. */
export type WorkAtHand = AsyncDisposable & {
  store: Store;
  /** Begins a piece of work and queues these commands of it; their numbers, in that order. */
  ask: (workflow: Partial<NewWorkflow> & { id: string }, ...commands: AskedCommand[]) => Promise<number[]>;
  /** Resolves when a worker has the command. */
  begun: (id: number) => Promise<ClaimedCommand>;
  /** Does something to the world outside on behalf of a command that runs. */
  effect: <Result extends Record<string, unknown>>(id: number, effect: Effect<Result>) => Promise<EffectEnding<Result>>;
  /** Ends the attempt of a command, as soon as it runs; resolves when that is stored. */
  end: (id: number, outcome: CommandOutcome) => Promise<void>;
};

export type AskedCommand = Partial<NewCommand> & { type: CommandType };

type Work = { command: ClaimedCommand; signal: AbortSignal; resolve: (outcome: CommandOutcome) => void };

const leaseMs = 30_000;

export async function openWorkAtHand(dataDir: string): Promise<WorkAtHand> {
  const store = await openStore({ engine: "sqlite", path: join(dataDir, "pullwright.db") }, "write");
  const clock = createQueueClock("sqlite", { clock: systemClock, steadyMs: systemSteadyClock });
  const working = new Map<number, Work>();
  const waiting = new Map<number, (work: Work) => void>();
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  let keys = 0;

  const workers = await runWorkers(
    {
      slots: Object.fromEntries(
        (["execute_plan", "create_pull_request", "review_pull_request"] satisfies CommandType[]).map((type) => [
          type,
          { instances: 64, timeoutMs: 3_600_000 },
        ]),
      ),
      leaseMs,
    },
    {
      store,
      clock,
      random: () => 0.5,
      owner: newOwner(),
      isGone,
      perform: (command, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
          const work = { command, signal, resolve };
          working.set(command.id, work);
          waiting.get(command.id)?.(work);
          waiting.delete(command.id);
        }),
      followUps: () => [],
      redact: (text) => text,
      log: silent,
      reach: () => {},
      onChanged: () => {},
    },
  );

  const workOf = (id: number): Promise<Work> => {
    const work = working.get(id);
    return work === undefined ? new Promise((resolve) => waiting.set(id, resolve)) : Promise.resolve(work);
  };

  return {
    store,
    ask: async (workflow, ...commands) => {
      const repositoryKey =
        workflow.repositoryKey === undefined ? "github:github.com/acme/web" : workflow.repositoryKey;
      const whole: NewWorkflow = {
        title: null,
        checkoutDir: null,
        issueDir: null,
        requestedBy: "operator",
        ...workflow,
        repositoryKey,
      };
      const enqueued = await store.transaction(async (queries) => {
        await startWorkflow(whole, queries, clock);
        return enqueue(
          commands.map((command) => ({
            workflowId: workflow.id,
            repositoryKey,
            writes: false,
            idempotencyKey: `at-hand-${String((keys += 1))}`,
            payload: {},
            priority: 0,
            attemptsMax: 3,
            availableAt: clock.now(),
            requestedBy: whole.requestedBy,
            ...command,
          })),
          queries,
          clock,
        );
      });
      workers.nudge();
      return enqueued.map(({ id }) => id);
    },
    begun: async (id) => (await workOf(id)).command,
    effect: async (id, effect) => {
      const { command, signal } = await workOf(id);
      return performEffect(effect, {
        store,
        clock,
        command,
        signal,
        markerSecret: "of the test",
        redact: (text) => text,
        reach: () => {},
      });
    },
    end: async (id, outcome) => {
      const { command, resolve } = await workOf(id);
      working.delete(id);
      resolve(outcome);
      while (await isHeld(store, command)) await nextTurn();
    },
    async [Symbol.asyncDispose]() {
      await workers.stop();
      await store.close();
    },
  };
}

async function isHeld(store: Store, { id, fence }: ClaimedCommand): Promise<boolean> {
  return (await store.commandLeases.list()).some((lease) => lease.id === id && lease.fence === fence);
}

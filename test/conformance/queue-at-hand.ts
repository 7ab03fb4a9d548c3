import type { ClaimedCommand, CommandOutcome, CommandType, NewCommand } from "../../src/domain/command.ts";
import type { PerformCommand, WorkerSlots } from "../../src/queue/attempts.ts";
import { enqueue, startWorkflow } from "../../src/queue/enqueue.ts";
import { createQueueClock, type QueueClock } from "../../src/queue/queue-clock.ts";
import { createWorkers, type Workers, type WorkersDeps } from "../../src/queue/workers.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { Store } from "../../src/store/store.ts";

export const start = Date.parse("2026-01-02T03:00:00.000Z");
export const leaseMs = 30_000;
export const acmeWeb = "github:github.com/acme/web";

/** Time that moves when the test says so, for the process and for the store alike. */
export type HandClock = QueueClock & { pass: (ms: number) => void };

export function handClock(): HandClock {
  let ms = 0;
  const clock = createQueueClock("sqlite", { clock: () => new Date(start + ms), steadyMs: () => ms });
  return { ...clock, pass: (more) => void (ms += more) };
}

/** The time so many seconds after the tests began. */
export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

let keys = 0;

/** Queues a command, in a workflow of its own unless one is named; `say` what matters to the test. */
export async function put(
  store: Store,
  clock: QueueClock,
  say: Partial<NewCommand> & { repository?: string } = {},
): Promise<number> {
  keys += 1;
  const { repository, ...rest } = say;
  const command: NewCommand = {
    type: "create_pull_request",
    workflowId: `work-${keys}`,
    repositoryKey: repository === undefined ? acmeWeb : `github:github.com/${repository}`,
    writes: true,
    idempotencyKey: `key-${keys}`,
    payload: { number: keys },
    priority: 0,
    attemptsMax: 3,
    availableAt: clock.now(),
    requestedBy: "operator",
    ...rest,
  };
  return store.transaction(async (queries) => {
    await startWorkflow(
      {
        id: command.workflowId,
        repositoryKey: command.repositoryKey,
        title: null,
        checkoutDir: null,
        issueDir: null,
        requestedBy: "operator",
      },
      queries,
      clock,
    );
    const [enqueued] = await enqueue([command], queries, clock);
    return enqueued?.id ?? 0;
  });
}

/** Many commands that write, each in a workflow of its own, put there past the queue to be quick. */
export async function putMany(
  store: Store,
  clock: QueueClock,
  count: number,
  repositoryOf: (index: number) => string,
): Promise<void> {
  const now = clock.now();
  await store.transaction(async (queries) => {
    for (let index = 0; index < count; index += 1) {
      const repositoryKey = `github:github.com/${repositoryOf(index)}`;
      const workflow = { id: `many-${index}`, repositoryKey, title: null, checkoutDir: null, issueDir: null };
      await queries.workflows.add({ ...workflow, requestedBy: "operator" }, now);
      await queries.commands.add(
        {
          type: "create_pull_request",
          workflowId: workflow.id,
          repositoryKey,
          writes: true,
          idempotencyKey: `many-${index}`,
          payload: {},
          priority: 0,
          attemptsMax: 3,
          availableAt: now,
          requestedBy: "operator",
        },
        0,
        now,
      );
    }
  });
}

/** Workers that do what the test says, when it says so. */
export type WorkersAtHand = Workers & {
  deps: WorkersDeps;
  /** Ids of commands in the order in which they were begun. */
  begun: number[];
  /** Those that run now. */
  working: Map<number, Work>;
  /** Ends the work on a command as said, then settles it and starts what fits. */
  end: (id: number, outcome?: CommandOutcome | Error) => Promise<void>;
  /** Turns until nothing moves. */
  turnAll: () => Promise<void>;
};

export type Work = {
  command: ClaimedCommand;
  signal: AbortSignal;
  resolve: (outcome: CommandOutcome) => void;
  reject: (error: Error) => void;
};

export const succeeded = { kind: "succeeded", because: "It is done." } satisfies CommandOutcome;

let owners = 0;

export function workersAtHand(
  store: Store,
  clock: QueueClock,
  say: Partial<WorkersDeps> & { slots?: WorkerSlots } = {},
): WorkersAtHand {
  owners += 1;
  const { slots, ...rest } = say;
  const begun: number[] = [];
  const working = new Map<number, Work>();
  const perform: PerformCommand = (command, { signal }) => {
    begun.push(command.id);
    return new Promise<CommandOutcome>((resolve, reject) => {
      working.set(command.id, { command, signal, resolve, reject });
    }).finally(() => {
      if (working.get(command.id)?.command.fence === command.fence) working.delete(command.id);
    });
  };
  const deps: WorkersDeps = {
    store,
    clock,
    random: () => 0.5,
    owner: `elsewhere/boot/${owners}/1/x`,
    isGone: () => false,
    perform,
    followUps: () => [],
    redact: (text) => text,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    reach: () => {},
    onEnded: () => {},
    ...rest,
  };
  const workers = createWorkers({ slots: slots ?? slotsOf(4), leaseMs }, deps);
  const turnAll = async (): Promise<void> => {
    for (;;) {
      // The work that was just ended says so in the turn of the event loop that follows.
      await new Promise((resolve) => setImmediate(resolve));
      const { settled, claimed } = await workers.turn();
      if (settled + claimed === 0) return;
    }
  };
  return {
    ...workers,
    deps,
    begun,
    working,
    turnAll,
    end: async (id, outcome = succeeded) => {
      const work = working.get(id);
      if (work === undefined) throw new Error(`Command ${id} does not run here`);
      if (outcome instanceof Error) work.reject(outcome);
      else work.resolve(outcome);
      await turnAll();
    },
  };
}

export function slotsOf(instances: number, timeoutMs = 3_600_000): WorkerSlots {
  const types: CommandType[] = ["execute_plan", "create_pull_request", "review_pull_request"];
  return Object.fromEntries(types.map((type) => [type, { instances, timeoutMs }]));
}

export async function commandOf(store: Store, id: number): Promise<CommandDetail> {
  const command = await store.commands.get(id);
  if (command === undefined) throw new Error(`There is no command ${id}`);
  return command;
}

export async function statesOf(store: Store, ids: number[]): Promise<string[]> {
  return Promise.all(ids.map(async (id) => (await commandOf(store, id)).state));
}

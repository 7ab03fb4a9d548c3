import type { AcceptDeliveries } from "../domain/delivery.ts";
import { systemClock, systemSteadyClock } from "../domain/clock.ts";
import { digestNext } from "../flow.ts";
import type { Log } from "../log.ts";
import { createNormaliser } from "../normalise/normaliser.ts";
import { createNudge } from "../queue/nudge.ts";
import { createQueueClock } from "../queue/queue-clock.ts";
import type { OperationName } from "../operations/operations.ts";
import { type Caller, perform, performDepsOf } from "../operations/perform.ts";
import type { Redact } from "../redact/redact.ts";
import { openStore, type StoreLocation } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import type { WorkOptions } from "../config/work-options.ts";
import { createCourtesy } from "./courtesy.ts";
import { newOwner, releaseLeasesOfTheDead } from "./release-leases-of-the-dead.ts";
import { readText } from "./read-text.ts";
import { watchSpace } from "./space-watch.ts";
import { startWork } from "./start-work.ts";

/** All that the engine needs to start; plain data, because it crosses into a thread. */
export type EngineOptions = {
  store: StoreLocation;
  /** Source name to the lower-case names of the repositories that it may speak of; sources that are not bound are absent. */
  boundRepositories: Record<string, string[]>;
  work: WorkOptions;
};

/** Which lists a change touches; readers fetch those again. */
export type ChangedTopic = "deliveries" | "events" | "prs" | "runs" | "work" | "status";

/**
 * The part of the process that writes: it stores what arrives, digests it, and performs the operations that change something. There is one in
 * a process, with the one writing connection; the service runs it in a thread of its own, so that HTTP never waits for a disk.
 */
export type Engine = {
  accept: AcceptDeliveries;
  perform: (name: OperationName, input: unknown, caller: Caller) => Promise<unknown>;
  /** True when a write would be taken and the digester runs. */
  ready: () => Promise<{ ready: boolean; because?: string }>;
  /** Finishes what is begun and closes the store. */
  stop: () => Promise<void>;
};

export type EngineDeps = {
  log: Log;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  knownSecrets: () => Iterable<string>;
  /** Hears of secrets that were read or made meanwhile: redaction must know them everywhere. */
  learn: (secrets: string[]) => void;
  onChanged: (topics: ChangedTopic[]) => void;
};

const batchMax = { deliveries: 48, bodyBytes: 8 * 1024 * 1024 };
/** While senders keep it busy: enough to go on, little enough not to be felt. */
const batchMaxWhileBusy = { deliveries: 8, bodyBytes: 8 * 1024 * 1024 };
const idleMs = 1000;

export async function startEngine(options: EngineOptions, deps: EngineDeps): Promise<Engine> {
  const store = await openStore(options.store, "write");
  await releaseLeasesOfTheDead(store);
  const normaliser = createNormaliser({ timeoutMs: 10_000, heapMegabytesMax: 512 });
  const { redact } = deps;
  const bound = new Map(Object.entries(options.boundRepositories).map(([source, names]) => [source, new Set(names)]));
  const digestDeps = {
    store,
    normaliser,
    redact,
    clock: systemClock,
    queueClock: createQueueClock(options.store.engine, { clock: systemClock, steadyMs: systemSteadyClock }),
    policy: options.work.policy,
    owner: newOwner(),
    boundRepositories: (source: string) => bound.get(source),
  };

  const performDeps = performDepsOf(store, redact, options.work, readText);

  const stopping = new AbortController();
  const nudge = createNudge();
  const space = watchSpace(store.freeBytes);
  const courtesy = createCourtesy();
  let digesterFailure: string | null = null;

  const workers = await startWork(options.work, {
    store,
    queueClock: digestDeps.queueClock,
    redact,
    holdsSecret: deps.holdsSecret,
    knownSecrets: deps.knownSecrets,
    learn: deps.learn,
    log: deps.log,
    onChanged: () => deps.onChanged(["work", "prs", "status"]),
  });

  await logAuditHead("The audit log goes on from here", store, deps);

  const digesting = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await courtesy.stepBack(stopping.signal);
        const digested = await digestNext(courtesy.isBusy() ? batchMaxWhileBusy : batchMax, digestDeps);
        digesterFailure = null;
        if (digested > 0) {
          workers.nudge();
          deps.onChanged(["deliveries", "events", "prs", "runs", "work", "status"]);
        }
        if (digested === 0) await nudge.wait(async () => idleMs);
      } catch (error) {
        digesterFailure = error instanceof Error ? error.message : String(error);
        deps.log.error({ err: error }, "Digesting failed; it is tried again");
        await nudge.wait(async () => idleMs);
      }
    }
  })();

  return {
    accept: async (batch) => {
      if (space.isFull())
        return batch.map(() => ({
          kind: "shed",
          code: "STORE_FULL",
          because: "The disk is almost full",
          retryAfterSeconds: 60,
        }));
      try {
        const outcomes = await store.accept(batch);
        courtesy.accepted(batch.reduce((bytes, delivery) => bytes + delivery.body.byteLength, 0));
        nudge.now();
        return outcomes;
      } catch (error) {
        deps.log.error(
          { err: error, deliveries: batch.length },
          "The store took nothing of a batch; its senders are told to come again",
        );
        return batch.map(() => ({
          kind: "shed",
          code: "STORE_UNAVAILABLE",
          because: "The store cannot take this now",
          retryAfterSeconds: 5,
        }));
      }
    },
    perform: async (name, input, caller) => {
      const result = await perform(name, input, caller, performDeps);
      nudge.now();
      workers.nudge();
      deps.onChanged(["deliveries", "work", "status"]);
      return result;
    },
    ready: async () => {
      if (stopping.signal.aborted) return { ready: false, because: "stopping" };
      if (space.isFull()) return { ready: false, because: "the disk is almost full" };
      if (digesterFailure !== null) return { ready: false, because: "the digester fails; see the log" };
      return (await isWritable(store)) ? { ready: true } : { ready: false, because: "the store takes no writes" };
    },
    stop: async () => {
      stopping.abort();
      nudge.now();
      await Promise.all([digesting, workers.stop()]);
      space.stop();
      await normaliser.close();
      await logAuditHead("The audit log ends here for now", store, deps);
      await store.close();
    },
  };
}

/** In a log that is kept elsewhere it proves later which entries there were: see docs/operate.md. */
async function logAuditHead(words: string, { auditLog }: Pick<Store, "auditLog">, { log }: EngineDeps): Promise<void> {
  const head = await auditLog.head().catch(() => undefined);
  if (head !== undefined && head.entries > 0)
    log.info({ auditEntry: head.id, auditHash: head.hash, auditEntries: head.entries }, words);
}

async function isWritable(store: Store): Promise<boolean> {
  try {
    return await store.isWritable();
  } catch {
    return false;
  }
}

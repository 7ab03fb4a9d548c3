import { Worker } from "node:worker_threads";
import type { AcceptOutcome } from "../domain/delivery.ts";
import { PullwrightError } from "../domain/error.ts";
import type { ChangedTopic, Engine } from "./engine.ts";
import type { EngineMessage, EngineRequest, EngineThreadData } from "./engine-thread.ts";
import { packBatch, unpackOutcomes } from "./packed-batch.ts";

type Waiting = { resolve: (value: never) => void; reject: (error: unknown) => void };

/** A request before it has its number. */
type Unnumbered = EngineRequest extends infer Request
  ? Request extends EngineRequest
    ? Omit<Request, "id">
    : never
  : never;

/** The engine as the rest of the process sees it; it can be told of secrets that were rotated in. */
export type EngineThread = Engine & { learn: (secrets: readonly string[]) => Promise<void> };

/**
 * Starts the engine in a thread of its own and hands it out as if it were here. When the thread dies, everything asked of it fails and `onDied` is called: the service then ends, because it could neither store nor answer.
 */
export async function startEngineThread(
  data: EngineThreadData,
  on: {
    changed: (topics: ChangedTopic[]) => void;
    learned: (secrets: readonly string[]) => void;
    died: (error: Error) => void;
  },
): Promise<EngineThread> {
  const worker = new Worker(new URL("./engine-thread.ts", import.meta.url), {
    workerData: data,
    // Young garbage is collected in small portions: the default grows to three times sixteen megabytes, in each thread.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let stopping = false;
  let ended: Error | null = null;

  await new Promise<void>((resolve, reject) => {
    worker.on("error", reject);
    const begin = (message: EngineMessage): void => {
      // What it learns while it starts comes first.
      if (message.kind === "learned") return on.learned(message.secrets);
      worker.off("message", begin);
      if (message.kind === "cannot-start")
        return reject(new PullwrightError(message.error.code, message.error.message));
      worker.off("error", reject);
      resolve();
    };
    worker.on("message", begin);
  }).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  worker.on("message", (message: EngineMessage) => {
    switch (message.kind) {
      case "accepted":
        return settle(message.id, (asked) => asked.resolve(unpackOutcomes(message.outcomes) as never));
      case "answer":
        return settle(message.id, (asked) => asked.resolve(message.value as never));
      case "failed":
        return settle(message.id, (asked) =>
          asked.reject(new PullwrightError(message.error.code, message.error.message)),
        );
      case "changed":
        return on.changed(message.topics);
      case "learned":
        return on.learned(message.secrets);
      case "started":
      case "cannot-start":
        return;
    }
  });
  worker.on("error", (error) => end(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", () => end(new Error("The engine's thread ended")));

  return {
    accept: (batch) => {
      const packed = packBatch(batch);
      return ask<AcceptOutcome[]>({ kind: "accept", batch: packed }, [packed.bodies]);
    },
    perform: (name, input, caller) => ask({ kind: "perform", name, input, caller }),
    ready: () => ask({ kind: "ready" }),
    learn: (secrets) => ask({ kind: "learn", secrets }),
    stop: async () => {
      stopping = true;
      if (ended === null) await ask({ kind: "stop" });
      await worker.terminate();
    },
  };

  function ask<Answer>(request: Unnumbered, transfer: ArrayBuffer[] = []): Promise<Answer> {
    last += 1;
    const id = last;
    return new Promise<Answer>((resolve, reject) => {
      if (ended !== null) return reject(gone(ended));
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id }, transfer);
    });
  }

  function settle(id: number, how: (asked: Waiting) => void): void {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (asked !== undefined) how(asked);
  }

  function end(error: Error): void {
    ended ??= error;
    for (const id of waiting.keys()) settle(id, (asked) => asked.reject(gone(error)));
    if (stopping) return;
    stopping = true;
    on.died(error);
  }
}

function gone(cause: Error): PullwrightError {
  return new PullwrightError("STORE_UNAVAILABLE", "The store's thread has ended", { cause });
}

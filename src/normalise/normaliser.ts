import { Worker } from "node:worker_threads";
import type { NormalisedDelivery } from "../domain/event.ts";
import type { Crashed, Question, ThreadAnswer } from "./answer-batches.ts";
import type { NormaliseInput } from "./normalise.ts";

export type { Crashed } from "./answer-batches.ts";

export type Normaliser = {
  /**
   * What each delivery means, in the batch's order. A payload that throws, runs out of memory or never ends costs only
   * its own answer. Batches wait for one another. Safe to call again with the same deliveries: nothing is kept. Rejects
   * when closed, or when no thread can be started, which is no payload's fault.
   */
  normalise(batch: NormaliseInput[]): Promise<(NormalisedDelivery | Crashed)[]>;
  /** Ends the thread, also in the middle of a batch, which then rejects. */
  close(): Promise<void>;
};

export type NormaliserOptions = {
  /**
   * For one portion of a batch, and for a delivery alone when its portion did not end. Starting a thread does not
   * count.
   */
  timeoutMs: number;
  /** At least `heapMegabytesMin`. */
  heapMegabytesMax: number;
};

/**
 * What the worst body of 25 MiB that scan-json.ts lets pass needs, twice over (measured: it dies at 64 MB, and at 128
 * MB when form-encoded). The limit must not be reached while V8 parses: there it ends the process, not the thread.
 */
export const heapMegabytesMin = 256;

/**
 * A batch crosses in portions, because the thread holds all texts of a portion at once. A larger delivery crosses
 * alone.
 */
const portionBytesMax = 4 * 1024 * 1024;

const startMsMax = 30_000;

/** Normalises in a thread of its own, so that nothing that anybody sends can stop or stall the process. */
export function createNormaliser(
  options: NormaliserOptions,
  deps: { threadFile: URL } = { threadFile: new URL("./normaliser-thread.ts", import.meta.url) },
): Normaliser {
  if (options.heapMegabytesMax < heapMegabytesMin) {
    throw new RangeError(`The normaliser needs heapMegabytesMax of ${heapMegabytesMin} or more.`);
  }
  let thread: Worker | undefined;
  let batchesBefore: Promise<unknown> = Promise.resolve();
  let closed = false;

  return {
    normalise(batch) {
      const answers = batchesBefore.then(() => answerBatch(batch));
      batchesBefore = answers.catch(() => undefined);
      return answers;
    },
    async close() {
      closed = true;
      await thread?.terminate();
    },
  };

  async function answerBatch(batch: NormaliseInput[]): Promise<(NormalisedDelivery | Crashed)[]> {
    const answers: (NormalisedDelivery | Crashed)[] = [];
    for (const portion of portionsOf(batch)) {
      const together = await ask(portion);
      if (Array.isArray(together)) {
        answers.push(...together);
        continue;
      }
      // One of them did it, and took the thread with the others' answers along. Asked one by one, it names itself.
      for (const input of portion) {
        const alone = await ask([input]);
        answers.push(...(Array.isArray(alone) ? alone : [alone]));
      }
    }
    return answers;
  }

  async function ask(inputs: NormaliseInput[]): Promise<(NormalisedDelivery | Crashed)[] | Crashed> {
    if (closed) throw new Error("The normaliser is closed.");
    thread ??= await startThread(options, deps, forgetThread);
    const ended = await askThread(thread, inputs, options);
    if (closed) throw new Error("The normaliser was closed before it had answered.");
    if (Array.isArray(ended)) return ended.map((answer, index) => withText(answer, inputs[index]));
    await thread?.terminate();
    thread = undefined;
    return ended;
  }

  /** Also a thread that ends while nothing is asked of it. */
  function forgetThread(ended: Worker): void {
    if (thread === ended) thread = undefined;
  }
}

function* portionsOf(batch: NormaliseInput[]): Generator<NormaliseInput[]> {
  let portion: NormaliseInput[] = [];
  let bytes = 0;
  for (const input of batch) {
    if (portion.length > 0 && bytes + input.body.byteLength > portionBytesMax) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(input);
    bytes += input.body.byteLength;
  }
  if (portion.length > 0) yield portion;
}

/** A thread that has read its code and waits. An idle one does not keep the process alive. */
function startThread(
  { heapMegabytesMax }: NormaliserOptions,
  { threadFile }: { threadFile: URL },
  onEnd: (worker: Worker) => void,
): Promise<Worker> {
  const worker = new Worker(threadFile, {
    name: "normaliser",
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax, maxYoungGenerationSizeMb: 16 },
    // It needs no configuration and gets to see no secret.
    env: {},
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      // Only our own: the worker listens to itself, too.
      worker.off("message", ready).off("error", failed).off("exit", failed);
    };
    const ready = () => {
      settle();
      // Between batches nobody else listens, and an error that nobody hears ends the process.
      worker.on("error", () => undefined);
      worker.on("exit", () => onEnd(worker));
      worker.unref();
      resolve(worker);
    };
    const failed = (cause: unknown) => {
      settle();
      void worker.terminate();
      reject(new Error("The normaliser's thread did not start.", { cause }));
    };
    const timer = setTimeout(failed, startMsMax, new Error(`Not ready after ${startMsMax} ms`));
    worker.on("message", ready).on("error", failed).on("exit", failed);
  });
}

function askThread(
  worker: Worker,
  inputs: NormaliseInput[],
  { timeoutMs, heapMegabytesMax }: NormaliserOptions,
): Promise<ThreadAnswer[] | Crashed> {
  return new Promise((resolve) => {
    const settle = (ended: ThreadAnswer[] | Crashed) => {
      clearTimeout(timer);
      worker.off("message", settle).off("error", failed).off("exit", exited);
      worker.unref();
      resolve(ended);
    };
    const crashed = (because: string) => settle({ kind: "crashed", because });
    const failed = (error: Error) => {
      const isMemory = "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
      crashed(
        isMemory ? `The normaliser ran out of its ${heapMegabytesMax} MB.` : `The thread failed with ${error.name}.`,
      );
    };
    const exited = (code: number) => crashed(`The normaliser's thread ended with code ${code}.`);
    // If this very thread was busy for so long, the answer may be waiting to be read: that comes before judging.
    const late = () => setImmediate(() => setImmediate(crashed, `The normaliser took longer than ${timeoutMs} ms.`));
    const timer = setTimeout(late, timeoutMs);

    worker.on("message", settle).on("error", failed).on("exit", exited);
    worker.ref();
    const question = copyOf(inputs);
    const bodies = question.map(({ body }) => body.buffer);
    worker.postMessage(question, bodies);
  });
}

/**
 * Bodies are copied once and the copies handed over: the asker keeps its own for the next try, and a body that is a
 * part of a larger buffer, as those out of a database are, does not take that buffer along.
 */
function copyOf(inputs: NormaliseInput[]): Question {
  return inputs.map(({ provider, event, contentType, headers, body, receivedAt }) => ({
    provider,
    event,
    contentType,
    headers,
    body: new Uint8Array(body),
    receivedAt,
  }));
}

function withText(
  { answer, textIsBody }: ThreadAnswer,
  input: NormaliseInput | undefined,
): NormalisedDelivery | Crashed {
  if (answer.kind !== "understood" || !textIsBody || input === undefined) return answer;
  // The thread has read these bytes as UTF-8 already.
  return { ...answer, payloadText: new TextDecoder().decode(input.body) };
}

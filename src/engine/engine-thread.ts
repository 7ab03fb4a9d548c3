import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { PullwrightError } from "../domain/error.ts";
import { acceptTogether } from "./accept-together.ts";
import { type ChangedTopic, type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { type PlainError, plainError } from "./plain-error.ts";
import { createLog } from "../log.ts";
import { createLiveRedact } from "../redact/live-redact.ts";
import type { OperationName } from "../operations/operations.ts";
import type { Caller } from "../operations/perform.ts";
import { type PackedBatch, type PackedOutcomes, packOutcomes, unpackBatch } from "./packed-batch.ts";

/** What the service asks of the engine's thread. */
export type EngineRequest =
  | { kind: "accept"; id: number; batch: PackedBatch }
  | { kind: "perform"; id: number; name: OperationName; input: unknown; caller: Caller }
  | { kind: "ready"; id: number }
  | { kind: "learn"; id: number; secrets: readonly string[] }
  | { kind: "stop"; id: number };

/** What the thread answers, and what it tells unasked. */
export type EngineMessage =
  | { kind: "started" }
  | { kind: "cannot-start"; error: PlainError }
  | { kind: "accepted"; id: number; outcomes: PackedOutcomes }
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "failed"; id: number; error: PlainError }
  | { kind: "changed"; topics: ChangedTopic[] }
  | { kind: "learned"; secrets: readonly string[] };

/** The secrets are for redaction only. */
export type EngineThreadData = { options: EngineOptions; secrets: readonly string[]; logLevel: string };

const port = parentPort;
if (port === null) throw new Error("engine-thread.ts is the entry of a thread; start it with startEngineThread()");
const send = (message: EngineMessage): void => port.postMessage(message);
const { options, secrets, logLevel } = workerData as EngineThreadData;
const { redact, holdsSecret, learn } = createLiveRedact(secrets);

const engine = await startEngine(options, {
  log: createLog({ level: logLevel, redact }),
  redact,
  holdsSecret,
  learn: (found) => {
    learn(found);
    send({ kind: "learned", secrets: found });
  },
  onChanged: (topics) => send({ kind: "changed", topics }),
}).catch((error: unknown) => {
  // Said, not thrown: an error that is thrown out of a thread loses its code, and may overtake what was said before it.
  if (!(error instanceof PullwrightError)) throw error;
  send({ kind: "cannot-start", error: plainError(error) });
  return null;
});
if (engine !== null) serve(engine, port);

function serve(started: Engine, messages: MessagePort): void {
  const accept = acceptTogether(started.accept);
  messages.on("message", (request: EngineRequest) => {
    if (request.kind === "accept") {
      const { bodies } = request.batch;
      void accept(unpackBatch(request.batch)).then((outcomes) => {
        send({ kind: "accepted", id: request.id, outcomes: packOutcomes(outcomes) });
        // The memory of large bodies goes back now, not when the collector happens to look.
        bodies.transfer(0);
      });
      return;
    }
    answer(request, started).then(
      (value) => send({ kind: "answer", id: request.id, value }),
      (error: unknown) => send({ kind: "failed", id: request.id, error: plainError(error) }),
    );
  });
  send({ kind: "started" });
}

async function answer(request: Exclude<EngineRequest, { kind: "accept" }>, asked: Engine): Promise<unknown> {
  switch (request.kind) {
    case "perform":
      return asked.perform(request.name, request.input, request.caller);
    case "ready":
      return asked.ready();
    case "learn":
      return learn(request.secrets);
    case "stop":
      await asked.stop();
      port?.unref();
      return null;
  }
}

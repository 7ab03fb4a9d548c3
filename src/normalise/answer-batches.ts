import { basename } from "node:path";
import type { MessagePort } from "node:worker_threads";
import type { NormalisedDelivery } from "../domain/event.ts";
import type { NormaliseInput } from "./normalise.ts";

/**
 * No answer, because the payload broke the normaliser. Whoever asked counts these; three of them end a delivery
 * `dead`.
 */
export type Crashed = { kind: "crashed"; because: string };

/** What a batch looks like on its way to the thread. */
export type Question = (NormaliseInput & { body: Uint8Array<ArrayBuffer> })[];

/**
 * And back: a payload's text stays away where it is the body's own, which the asker has. It would be the most of what
 * crosses.
 */
export type ThreadAnswer = { answer: NormalisedDelivery | Crashed; textIsBody: boolean };

/**
 * The life of the thread: it says that it is ready, and then answers one batch after the other. What throws costs its
 * own answer only.
 */
export function answerBatches(port: MessagePort, normalise: (input: NormaliseInput) => NormalisedDelivery): void {
  port.on("message", (question: Question) => {
    const answers = question.map((input) => answerTo(input, normalise));
    port.postMessage(answers, []);
  });
  port.postMessage("ready", []);
}

function answerTo(input: NormaliseInput, normalise: (input: NormaliseInput) => NormalisedDelivery): ThreadAnswer {
  try {
    const answer = normalise(input);
    const textIsBody = answer.kind === "understood" && input.contentType === "application/json";
    return { answer: textIsBody ? { ...answer, payloadText: "" } : answer, textIsBody };
  } catch (error) {
    return { answer: { kind: "crashed", because: `The normaliser threw ${nameAndPlace(error)}.` }, textIsBody: false };
  }
}

/** Which error, and in which line of our own. Not its message, which may hold a part of the payload. */
function nameAndPlace(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no error";
  const place = /([^\s()]+:\d+):\d+\)?$/m.exec(error.stack ?? "")?.[1];
  return place === undefined ? error.name : `${error.name} at ${basename(place)}`;
}

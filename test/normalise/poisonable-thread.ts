import { parentPort } from "node:worker_threads";
import { answerBatches } from "../../src/normalise/answer-batches.ts";
import { normalise, type NormaliseInput } from "../../src/normalise/normalise.ts";

/** The normaliser's thread, with bugs that a body can ask for: what a bug of our own would do, done on purpose. */
if (parentPort !== null) answerBatches(parentPort, poisonable);

export function poisonable(input: NormaliseInput): ReturnType<typeof normalise> {
  const body = new TextDecoder().decode(input.body);
  if (body.includes('"poison":"throw"')) throw new TypeError(`No message of ours: ${body}`);
  if (body.includes('"poison":"exit"')) process.exit(7);
  if (body.includes('"poison":"hang"')) for (;;) void 0;
  if (body.includes('"poison":"fill"')) {
    const kept: object[] = [];
    for (;;) kept.push(Array.from({ length: 20_000 }, (_, index) => index / 2));
  }
  return normalise(input);
}

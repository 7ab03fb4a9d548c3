import type { AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";

/**
 * A batch of deliveries on its way between threads: their words as one JSON text, their bodies in one piece of memory that is moved over.
 * Cloning each delivery as an object and moving each body by itself took twice the time, on the thread that answers HTTP.
 */
export type PackedBatch = { words: string; bodies: ArrayBuffer };

type Words = Omit<ArrivedDelivery, "body"> & { bodyBytes: number };

export function packBatch(batch: ArrivedDelivery[]): PackedBatch {
  const words: Words[] = [];
  let bytes = 0;
  for (const { body, ...rest } of batch) {
    words.push({ ...rest, bodyBytes: body.byteLength });
    bytes += body.byteLength;
  }
  const whole = batch[0]?.body;
  // A large body comes alone and in memory of its own: that moves as it is.
  if (batch.length === 1 && whole?.buffer instanceof ArrayBuffer && whole.byteLength === whole.buffer.byteLength) {
    return { words: JSON.stringify(words), bodies: whole.buffer };
  }
  const bodies = new Uint8Array(bytes);
  let offset = 0;
  for (const { body } of batch) {
    bodies.set(body, offset);
    offset += body.byteLength;
  }
  return { words: JSON.stringify(words), bodies: bodies.buffer };
}

export function unpackBatch({ words, bodies }: PackedBatch): ArrivedDelivery[] {
  let offset = 0;
  return (JSON.parse(words) as Words[]).map(({ bodyBytes, ...rest }) => {
    const body = new Uint8Array(bodies, offset, bodyBytes);
    offset += bodyBytes;
    return { ...rest, body };
  });
}

/** Almost always all of a batch are accepted: then one number says it. */
export type PackedOutcomes = number | AcceptOutcome[];

export function packOutcomes(outcomes: AcceptOutcome[]): PackedOutcomes {
  return outcomes.every((outcome) => outcome.kind === "accepted") ? outcomes.length : outcomes;
}

export function unpackOutcomes(packed: PackedOutcomes): AcceptOutcome[] {
  return typeof packed === "number" ? Array.from({ length: packed }, () => ({ kind: "accepted" })) : packed;
}

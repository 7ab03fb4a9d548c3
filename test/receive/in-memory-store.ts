import { createHash } from "node:crypto";
import type { AcceptDeliveries, AcceptOutcome, ArrivedDelivery } from "../../src/domain/delivery.ts";

/** A store that keeps deliveries in memory and answers by the real rules: unique by source, hook and id, and the first body stays. */
export type InMemoryStore = {
  accept: AcceptDeliveries;
  /** What is kept, in order of arrival; the bodies are copies. */
  deliveries: ArrivedDelivery[];
  /** How many deliveries came in each call. */
  batches: number[];
  /** From now on batches wait; the call that it returns lets them and all later ones go on. */
  hold: () => () => void;
  /** Resolves when the next batch has come. */
  nextBatch: () => Promise<void>;
  /** From now on everything is answered by this; `null` goes back to the rules. */
  answerAll: (answer: (() => AcceptOutcome) | null) => void;
};

export function createInMemoryStore(): InMemoryStore {
  const deliveries: ArrivedDelivery[] = [];
  const batches: number[] = [];
  const digests = new Map<string, string>();
  let gate: Promise<void> = Promise.resolve();
  let arrivals: (() => void)[] = [];
  let override: (() => AcceptOutcome) | null = null;

  function acceptOne(delivery: ArrivedDelivery): AcceptOutcome {
    const key = [delivery.source, delivery.hookId, delivery.deliveryId].join("\n");
    const digest = createHash("sha256").update(delivery.body).digest("hex");
    const known = digests.get(key);
    if (known !== undefined) return { kind: known === digest ? "duplicate" : "conflict" };
    digests.set(key, digest);
    deliveries.push({ ...delivery, body: Uint8Array.from(delivery.body) });
    return { kind: "accepted" };
  }

  return {
    deliveries,
    batches,
    async accept(batch) {
      batches.push(batch.length);
      for (const arrived of arrivals) arrived();
      arrivals = [];
      await gate;
      return batch.map(override ?? acceptOne);
    },
    hold() {
      let open = (): void => undefined;
      gate = new Promise((resolve) => (open = resolve));
      return open;
    },
    nextBatch: () => new Promise((resolve) => arrivals.push(resolve)),
    answerAll(answer) {
      override = answer;
    },
  };
}

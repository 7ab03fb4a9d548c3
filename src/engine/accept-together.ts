import type { AcceptDeliveries, AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";

type Waiting = {
  batch: ArrivedDelivery[];
  settle: (outcomes: AcceptOutcome[]) => void;
  fail: (error: unknown) => void;
};

/**
 * Gathers the batches of one turn of the event loop into one call: while a commit is being synced, batches pile up before the thread, and one
 * sync then serves them all. Answers each batch by itself, in its own order.
 */
export function acceptTogether(accept: AcceptDeliveries): AcceptDeliveries {
  let waiting: Waiting[] = [];

  function takeAll(): void {
    const taken = waiting;
    waiting = [];
    accept(taken.flatMap(({ batch }) => batch)).then(
      (outcomes) => {
        let from = 0;
        for (const { batch, settle } of taken) {
          settle(outcomes.slice(from, from + batch.length));
          from += batch.length;
        }
      },
      (error: unknown) => {
        for (const { fail } of taken) fail(error);
      },
    );
  }

  return (batch) =>
    new Promise((settle, fail) => {
      if (waiting.length === 0) setImmediate(takeAll);
      waiting.push({ batch, settle, fail });
    });
}

import type { AcceptDeliveries, AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";

/** Where deliveries wait to be stored together: what one turn of the event loop brings becomes one transaction, so that one sync to disk serves many. */
export type Inbox<Ticket> = {
  /** Whether `put` would refuse now; asked before a body is read. */
  isFull: () => boolean;
  /** Takes a delivery; `settle` is called for its ticket once, when its fate is known. False, and nothing taken, when the inbox is full. */
  put: (ticket: Ticket, delivery: ArrivedDelivery) => boolean;
};

export type InboxDeps<Ticket> = {
  accept: AcceptDeliveries;
  settle: (ticket: Ticket, outcome: AcceptOutcome) => void;
  /** `accept` or `settle` failed in a way that it should not. What `accept` failed on is shed. */
  onFailed?: (cause: unknown) => void;
};

export type InboxLimits = {
  batchDeliveriesMax?: number;
  batchBytesMax?: number;
  /** How many calls of `accept` may be under way. One writer is best served by one: the next batch gathers meanwhile. */
  batchesInFlightMax?: number;
  waitingDeliveriesMax?: number;
  waitingBytesMax?: number;
};

const shedByFailure: AcceptOutcome = {
  kind: "shed",
  code: "STORE_UNAVAILABLE",
  because: "The store cannot take this right now; try again.",
  retryAfterSeconds: 5,
};

export function createInbox<Ticket>(deps: InboxDeps<Ticket>, limits: InboxLimits = {}): Inbox<Ticket> {
  const { batchDeliveriesMax = 512, batchBytesMax = 4 * 1024 * 1024, batchesInFlightMax = 1 } = limits;
  const { waitingDeliveriesMax = 8_192, waitingBytesMax = 64 * 1024 * 1024 } = limits;
  let waiting: ArrivedDelivery[] = [];
  let tickets: Ticket[] = [];
  let waitingBytes = 0;
  let batchesInFlight = 0;
  let turnScheduled = false;

  function isFull(): boolean {
    return waiting.length >= waitingDeliveriesMax || waitingBytes >= waitingBytesMax;
  }

  function endOfTurn(): void {
    turnScheduled = false;
    sendBatches();
  }

  function sendBatches(): void {
    while (waiting.length > 0 && batchesInFlight < batchesInFlightMax) sendBatch();
  }

  function sendBatch(): void {
    const count = batchLength();
    const batch = count === waiting.length ? waiting : waiting.slice(0, count);
    const batchTickets = count === tickets.length ? tickets : tickets.slice(0, count);
    waiting = count === waiting.length ? [] : waiting.slice(count);
    tickets = count === tickets.length ? [] : tickets.slice(count);
    // Counted before the call: whoever stores may take the bodies' memory with it.
    let batchBytes = 0;
    for (const delivery of batch) batchBytes += delivery.body.length;
    waitingBytes -= batchBytes;
    batchesInFlight += 1;
    startAccept(batch).then(
      (outcomes) => settleBatch(batchTickets, outcomes),
      (cause: unknown) => {
        deps.onFailed?.(cause);
        settleBatch(batchTickets, []);
      },
    );
  }

  /** The first may be as large as it likes; after it, as many as stay within the bounds. */
  function batchLength(): number {
    let bytes = 0;
    let count = 0;
    for (const delivery of waiting) {
      bytes += delivery.body.length;
      if (count > 0 && (count >= batchDeliveriesMax || bytes > batchBytesMax)) break;
      count += 1;
    }
    return count;
  }

  async function startAccept(batch: ArrivedDelivery[]): Promise<AcceptOutcome[]> {
    return deps.accept(batch);
  }

  function settleBatch(batchTickets: Ticket[], outcomes: AcceptOutcome[]): void {
    batchesInFlight -= 1;
    // The writer is idle: it gets the next batch before the answers to this one are written.
    if (waiting.length > 0) sendBatches();
    for (let index = 0; index < batchTickets.length; index += 1)
      settleOne(batchTickets[index] as Ticket, outcomes[index] ?? shedByFailure);
  }

  /** What goes wrong for one must not keep the others from their answers. */
  function settleOne(ticket: Ticket, outcome: AcceptOutcome): void {
    try {
      deps.settle(ticket, outcome);
    } catch (cause) {
      deps.onFailed?.(cause);
    }
  }

  return {
    isFull,
    put(ticket, delivery) {
      if (isFull()) return false;
      waiting.push(delivery);
      tickets.push(ticket);
      waitingBytes += delivery.body.length;
      if (!turnScheduled && batchesInFlight < batchesInFlightMax) {
        turnScheduled = true;
        setImmediate(endOfTurn);
      }
      return true;
    },
  };
}

import { expect, test } from "vitest";
import type { AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";
import { createInbox } from "./inbox.ts";
import type { InboxLimits } from "./inbox.ts";

function delivery(deliveryId: string, bodyBytes = 10): ArrivedDelivery {
  return {
    source: "github",
    provider: "github",
    hookId: "",
    deliveryId,
    event: "push",
    contentType: "application/json",
    headers: {},
    body: new Uint8Array(bodyBytes),
    secretUsed: "current",
    receivedAt: "2026-05-01T12:00:00.000Z",
  };
}

/** An inbox before a store that answers when it is told to. */
function inboxUnderTest(limits: InboxLimits) {
  const calls: {
    ids: string[];
    answer: (outcomes?: AcceptOutcome[]) => Promise<void>;
    fail: (cause: Error) => Promise<void>;
  }[] = [];
  const settled: string[] = [];
  const failures: unknown[] = [];
  const inbox = createInbox<string>(
    {
      accept: (batch) =>
        new Promise((resolve, reject) => {
          calls.push({
            ids: batch.map(({ deliveryId }) => deliveryId),
            answer: async (outcomes = batch.map(() => ({ kind: "accepted" }))) => {
              resolve(outcomes);
              await turn();
            },
            fail: async (cause) => {
              reject(cause);
              await turn();
            },
          });
        }),
      settle(ticket, outcome) {
        settled.push(`${ticket} ${outcome.kind}`);
        if (ticket === "throws") throw new Error("settle broken");
      },
      onFailed: (cause) => failures.push(cause),
    },
    limits,
  );
  return { inbox, calls, settled, failures };
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

test("what comes in one turn of the event loop goes to the store together", async () => {
  const { inbox, calls } = inboxUnderTest({});
  for (const id of ["a", "b", "c"]) inbox.put(id, delivery(id));
  expect(calls).toEqual([]);

  await turn();

  expect(calls.map(({ ids }) => ids)).toEqual([["a", "b", "c"]]);
});

test("while the store is busy deliveries gather, and no more batches than allowed are under way", async () => {
  const { inbox, calls, settled } = inboxUnderTest({ batchDeliveriesMax: 2, batchesInFlightMax: 2 });
  for (const id of ["a", "b", "c", "d", "e", "f", "g"]) inbox.put(id, delivery(id));
  await turn();
  expect(calls.map(({ ids }) => ids)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);

  await calls[1]?.answer();
  expect(calls.map(({ ids }) => ids)).toEqual([
    ["a", "b"],
    ["c", "d"],
    ["e", "f"],
  ]);
  await calls[0]?.answer();
  await calls[2]?.answer();
  await calls[3]?.answer();

  expect(settled).toEqual(["c", "d", "a", "b", "e", "f", "g"].map((id) => `${id} accepted`));
});

test("a batch holds no more bytes than it may, and one delivery always", async () => {
  const { inbox, calls } = inboxUnderTest({ batchBytesMax: 100 });
  for (const [id, bytes] of [
    ["a", 500],
    ["b", 60],
    ["c", 40],
    ["d", 1],
  ] as const)
    inbox.put(id, delivery(id, bytes));
  await turn();
  await calls[0]?.answer();
  await calls[1]?.answer();

  expect(calls.map(({ ids }) => ids)).toEqual([["a"], ["b", "c"], ["d"]]);
});

test.each<[string, InboxLimits]>([
  ["deliveries", { waitingDeliveriesMax: 2 }],
  ["bytes", { waitingBytesMax: 20 }],
])("more waiting %s than the bound are not taken, until there is room again", async (_what, limits) => {
  const { inbox, calls, settled } = inboxUnderTest(limits);

  expect([
    inbox.put("a", delivery("a")),
    inbox.isFull(),
    inbox.put("b", delivery("b")),
    inbox.isFull(),
    inbox.put("c", delivery("c")),
  ]).toEqual([true, false, true, true, false]);
  await turn();
  expect([inbox.isFull(), inbox.put("d", delivery("d"))]).toEqual([false, true]);
  await calls[0]?.answer();
  await calls[1]?.answer();

  expect(settled).toEqual(["a accepted", "b accepted", "d accepted"]);
});

test("bodies whose memory the store has taken do not upset the count", async () => {
  const sizes: number[] = [];
  const inbox = createInbox<string>(
    {
      async accept(batch) {
        for (const { body } of batch) {
          sizes.push(body.length);
          (body.buffer as ArrayBuffer).transfer(0);
        }
        return batch.map(() => ({ kind: "accepted" }));
      },
      settle: () => undefined,
    },
    { waitingBytesMax: 30 },
  );
  for (let round = 0; round < 10; round += 1) {
    expect(inbox.put("a", delivery(`a${round}`, 25))).toBe(true);
    await turn();
  }

  expect(sizes).toHaveLength(10);
});

test("a store that fails sheds its batch and gets the next one", async () => {
  const { inbox, calls, settled, failures } = inboxUnderTest({});
  inbox.put("a", delivery("a"));
  await turn();
  inbox.put("b", delivery("b"));
  await calls[0]?.fail(new Error("broken"));
  await calls[1]?.answer();

  expect(settled).toEqual(["a shed", "b accepted"]);
  expect(failures).toHaveLength(1);
});

test("one delivery whose answer fails keeps no other from its own", async () => {
  const { inbox, calls, settled, failures } = inboxUnderTest({});
  for (const id of ["a", "throws", "b"]) inbox.put(id, delivery(id));
  await turn();
  await calls[0]?.answer([{ kind: "accepted" }, { kind: "duplicate" }, { kind: "conflict" }]);

  expect(settled).toEqual(["a accepted", "throws duplicate", "b conflict"]);
  expect(failures).toHaveLength(1);
});

import { expect, test } from "vitest";
import type { AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";
import { acceptTogether } from "./accept-together.ts";

const delivery = (deliveryId: string): ArrivedDelivery => ({
  source: "github",
  provider: "github",
  hookId: "",
  deliveryId,
  event: "push",
  contentType: "application/json",
  headers: {},
  body: new Uint8Array(),
  secretUsed: "current",
  receivedAt: "2026-01-02T03:04:05.678Z",
});

test("batches that wait at the same time are stored by one call, and each hears of its own", async () => {
  const calls: number[] = [];
  const stored = new Set<string>();
  const accept = acceptTogether(async (batch) => {
    calls.push(batch.length);
    return batch.map(({ deliveryId }): AcceptOutcome => {
      const isNew = !stored.has(deliveryId);
      stored.add(deliveryId);
      return { kind: isNew ? "accepted" : "duplicate" };
    });
  });

  const answers = await Promise.all([
    accept([delivery("a"), delivery("b")]),
    accept([]),
    accept([delivery("b"), delivery("c")]),
  ]);

  expect(calls).toEqual([4]);
  expect(answers.map((outcomes) => outcomes.map(({ kind }) => kind))).toEqual([
    ["accepted", "accepted"],
    [],
    ["duplicate", "accepted"],
  ]);
});

test("a store that fails fails every batch of the call, and the next call is a new one", async () => {
  const failures = [new Error("full")];
  const accept = acceptTogether(async (batch) => {
    const failure = failures.pop();
    if (failure !== undefined) throw failure;
    return batch.map((): AcceptOutcome => ({ kind: "accepted" }));
  });

  const first = await Promise.allSettled([accept([delivery("a")]), accept([delivery("b")])]);

  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await accept([delivery("c")])).toEqual([{ kind: "accepted" }]);
});

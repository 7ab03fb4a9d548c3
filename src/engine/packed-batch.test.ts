import fc from "fast-check";
import { expect, test } from "vitest";
import type { AcceptOutcome, ArrivedDelivery } from "../domain/delivery.ts";
import { packBatch, packOutcomes, unpackBatch, unpackOutcomes } from "./packed-batch.ts";

const delivery = fc.record({
  source: fc.string(),
  provider: fc.constantFrom("github", "gitlab", "ci"),
  hookId: fc.string(),
  deliveryId: fc.string({ unit: "binary" }),
  event: fc.string(),
  contentType: fc.constantFrom("application/json", "application/x-www-form-urlencoded"),
  headers: fc.dictionary(
    fc.string({ minLength: 1 }).filter((name) => name !== "__proto__"),
    fc.string({ unit: "binary" }),
    { noNullPrototype: true },
  ),
  body: fc.uint8Array(),
  secretUsed: fc.constantFrom("current", "previous"),
  receivedAt: fc.string(),
}) satisfies fc.Arbitrary<ArrivedDelivery>;

const outcome: fc.Arbitrary<AcceptOutcome> = fc.oneof(
  fc.constant<AcceptOutcome>({ kind: "accepted" }),
  fc.constant<AcceptOutcome>({ kind: "duplicate" }),
  fc.constant<AcceptOutcome>({ kind: "conflict" }),
);

test("a batch comes out of its pack as it went in", () => {
  fc.assert(
    fc.property(fc.array(delivery), (batch) => {
      expect(unpackBatch(packBatch(batch))).toEqual(batch);
    }),
  );
});

test("outcomes come out of their pack in the batch's order", () => {
  fc.assert(
    fc.property(fc.array(outcome), (outcomes) => {
      expect(unpackOutcomes(packOutcomes(outcomes))).toEqual(outcomes);
    }),
  );
});

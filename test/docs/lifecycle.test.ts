import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { deliveryMoves, deliveryStates } from "../../scripts/generate/lifecycle-page.ts";
import type { ArrivedDelivery, DeliveryState } from "../../src/domain/delivery.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const states = Object.keys(deliveryStates) as DeliveryState[];
const at = "2026-11-20T10:00:00.000Z";
const leaseUntil = "2026-11-20T10:00:30.000Z";

describe("docs/reference/lifecycle.md", () => {
  const cases = deliveryMoves.flatMap((move) => states.map((state) => ({ move: move.name, state, move_: move })));

  test.each(cases)("says where $move leads from $state", async ({ move_: move, state }) => {
    await using folder = await temporaryDirectory();
    const store = await openStore({ engine: "sqlite", path: join(folder.path, "store.db") }, "write");
    try {
      const id = await deliveryIn(state, store);

      await perform(move.name, id, store);

      const leadsOn = move.from.includes(state);
      expect((await store.deliveries.get(id))?.state).toBe(leadsOn ? move.to : state);
    } finally {
      await store.close();
    }
  });

  test("begins with a delivery that is accepted", () => {
    expect(deliveryMoves.filter((move) => move.from.includes(null)).map((move) => [move.name, move.to])).toEqual([
      ["accept", "received"],
    ]);
  });
});

const arrived: ArrivedDelivery = {
  source: "github",
  provider: "github",
  hookId: "1",
  deliveryId: "72d3162e",
  event: "push",
  contentType: "application/json",
  headers: {},
  body: new TextEncoder().encode("{}"),
  secretUsed: "current",
  receivedAt: at,
};

/** A delivery that was brought into this state as the service does it. */
async function deliveryIn(state: DeliveryState, store: Store): Promise<number> {
  await store.accept([arrived]);
  const [row] = (await store.deliveries.list({}, { limit: 1, after: null })).rows;
  const id = row?.id ?? 0;
  if (state === "digested") await store.deliveries.markDigested([id], at);
  if (state === "dead") await store.deliveries.markDead(id, at, "BAD_JSON", "The body is not JSON.");
  return id;
}

async function perform(move: (typeof deliveryMoves)[number]["name"], id: number, store: Store): Promise<void> {
  switch (move) {
    case "accept":
      await store.accept([arrived]);
      return;
    case "claim":
      await store.deliveries.claim({
        limit: 10,
        bodyBytesMax: 1024,
        attemptsTogetherMax: 1,
        owner: "here/1/x",
        now: at,
        leaseUntil,
        leaseUntilMax: leaseUntil,
      });
      return;
    case "markDigested":
      await store.deliveries.markDigested([id], at);
      return;
    case "markDead":
      await store.deliveries.markDead(id, at, "BAD_JSON", "The body is not JSON.");
      return;
    case "markReceived":
      await store.deliveries.markReceived(id);
      return;
  }
}

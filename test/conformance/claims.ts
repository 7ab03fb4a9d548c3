import { describe, expect, test } from "vitest";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { arrivedMany } from "./delivery.ts";

export function exerciseClaims(makeDatabase: MakeDatabase): void {
  describe("claiming", () => {
    test("the oldest come first, as many as were asked for and fit", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(6, (index) => ({ body: "x".repeat(index === 3 ? 5000 : 100) })));

      expect(ids(await claim(store, { limit: 2 }))).toEqual(["d0", "d1"]);
      expect(ids(await claim(store, { bodyBytesMax: 150 }))).toEqual(["d2"]);
      // One that is larger than a batch may be comes alone, rather than never.
      expect(ids(await claim(store, { bodyBytesMax: 150 }))).toEqual(["d3"]);
      expect(ids(await claim(store))).toEqual(["d4", "d5"]);
      expect(ids(await claim(store))).toEqual([]);
    });

    test("what one digester holds, no other gets until the lease has run out", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(2));
      await claim(store, { owner: "one", now: at(0), leaseUntil: at(30) });

      expect(ids(await claim(store, { owner: "two", now: at(29), leaseUntil: at(59) }))).toEqual([]);
      expect(ids(await claim(store, { owner: "two", now: at(31), leaseUntil: at(61) }))).toEqual(["d0", "d1"]);
      expect(await store.deliveries.leaseOwners()).toEqual(["two"]);
    });

    test("the leases of an owner that is gone are ended, and of no other", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(2));
      await claim(store, { owner: "dead", limit: 1 });
      await claim(store, { owner: "alive", limit: 1 });

      await store.deliveries.releaseLeases(["dead", "never seen"]);

      expect(ids(await claim(store, { owner: "new" }))).toEqual(["d0"]);
      expect((await store.deliveries.leaseOwners()).toSorted()).toEqual(["alive", "new"]);
    });

    test("a clock that was set back holds nothing up", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(1));
      const tomorrow = 24 * 60 * 60;
      await claim(store, { now: at(tomorrow), leaseUntil: at(tomorrow + 30), leaseUntilMax: at(tomorrow + 600) });

      expect(ids(await claim(store, { now: at(0), leaseUntil: at(30), leaseUntilMax: at(600) }))).toEqual(["d0"]);
    });

    test("each claim counts as an attempt, and one that was tried too often is claimed alone", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(4));
      const [first] = await claim(store, { limit: 1, owner: "one" });
      await store.deliveries.setAttempts([first?.id ?? 0], "one", 3);
      await store.deliveries.releaseLeases(["one"]);

      const alone = await claim(store);
      const others = await claim(store);

      expect(alone.map((row) => [row.delivery_id, row.digest_attempts])).toEqual([["d0", 4]]);
      expect(others.map((row) => [row.delivery_id, row.digest_attempts])).toEqual([
        ["d1", 1],
        ["d2", 1],
        ["d3", 1],
      ]);
    });

    test("attempts are set only by who holds the claim", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(1));
      const [row] = await claim(store, { owner: "one" });

      await store.deliveries.setAttempts([row?.id ?? 0], "two", 3);
      await store.deliveries.setAttempts([], "one", 3);

      expect((await store.deliveries.get(row?.id ?? 0))?.digest_attempts).toBe(1);
    });

    test("digesters that claim at the same time get each delivery once", async () => {
      await using database = await makeDatabase();
      const stores = await database.openTwo();
      await stores[0].accept(arrivedMany(300));

      const claimed: string[] = [];
      await Promise.all(
        stores.map(async (store, index) => {
          for (;;) {
            const batch = await claim(store, { limit: 7, owner: `digester ${index}` });
            if (batch.length === 0) return;
            claimed.push(...ids(batch));
          }
        }),
      );

      expect(claimed).toHaveLength(300);
      expect(new Set(claimed).size).toBe(300);
    });
  });

  describe("settling", () => {
    test("a delivery ends once: whoever comes second can see it and changes nothing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(2));
      const [first, second] = await claim(store);
      const [firstId, secondId] = [first?.id ?? 0, second?.id ?? 0];

      expect(await store.deliveries.hold([firstId, secondId])).toEqual(new Set([firstId, secondId]));
      await store.deliveries.markDigested([firstId], at(1));
      await store.deliveries.markDigested([firstId], at(2));
      await store.deliveries.markDead(firstId, at(2), "BAD_JSON", "late");
      expect(await store.deliveries.hold([firstId, secondId])).toEqual(new Set([secondId]));
      await store.deliveries.markDead(secondId, at(3), "BAD_JSON", "It is not JSON.");
      await store.deliveries.markDigested([secondId], at(4));
      expect(await store.deliveries.hold([firstId, secondId])).toEqual(new Set());

      expect(await store.deliveries.get(firstId)).toMatchObject({
        state: "digested",
        digested_at: at(1),
        dead_code: null,
        dead_reason: null,
      });
      expect(await store.deliveries.get(secondId)).toMatchObject({
        state: "dead",
        digested_at: at(3),
        dead_code: "BAD_JSON",
        dead_reason: "It is not JSON.",
      });
      expect(await claim(store, { now: at(100) })).toEqual([]);
      expect(await store.deliveries.leaseOwners()).toEqual([]);
    });

    test("a delivery that is put back begins its life anew, whatever became of it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(arrivedMany(3));
      const [digested, dead, waiting] = await claim(store);
      await store.deliveries.markDigested([digested?.id ?? 0], at(1));
      await store.deliveries.markDead(dead?.id ?? 0, at(1), "BAD_JSON", "It is not JSON.");

      for (const row of [digested, dead, waiting]) expect(await store.deliveries.markReceived(row?.id ?? 0)).toBe(true);
      expect(await store.deliveries.markReceived(4711)).toBe(false);

      const again = await claim(store);
      expect(
        again.map((row) => [row.delivery_id, row.state, row.digest_attempts, row.digested_at, row.dead_code]),
      ).toEqual([
        ["d0", "received", 1, null, null],
        ["d1", "received", 1, null, null],
        ["d2", "received", 1, null, null],
      ]);
    });

    test("lists and counts follow the state", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept(
        arrivedMany(5, (index) => ({
          source: index === 4 ? "gitlab" : "github",
          receivedAt: `2026-01-02T03:0${index}:00.000Z`,
        })),
      );
      const rows = await claim(store, { limit: 3 });
      await store.deliveries.markDigested([rows[0]?.id ?? 0], at(1));
      await store.deliveries.markDead(rows[1]?.id ?? 0, at(1), "BAD_JSON", "no");

      const counts = await Promise.all(
        (["received", "digested", "dead"] as const).map((state) => store.deliveries.count({ state })),
      );
      const list = await store.deliveries.list({ state: "received", source: "github" }, { limit: 10, after: null });

      expect(counts).toEqual([3, 1, 1]);
      expect(list.rows.map((row) => row.delivery_id)).toEqual(["d3", "d2"]);
      expect(await store.deliveries.count({ source: "gitlab" })).toBe(1);
      expect(await store.deliveries.countDeadByMinute("2026-01-02T03:00:00.000Z")).toEqual([
        { minute: "2026-01-02T03:01", count: 1 },
      ]);
      expect(await store.deliveries.lastReceivedBySource()).toEqual(
        expect.arrayContaining([
          { source: "github", last_delivery_at: "2026-01-02T03:03:00.000Z" },
          { source: "gitlab", last_delivery_at: "2026-01-02T03:04:00.000Z" },
        ]),
      );
    });
  });
}

type Claim = Parameters<Store["deliveries"]["claim"]>[0];

function claim(store: Store, say: Partial<Claim> = {}) {
  return store.deliveries.claim({
    limit: 50,
    bodyBytesMax: 1_000_000,
    attemptsTogetherMax: 3,
    owner: "digester",
    now: at(0),
    leaseUntil: at(30),
    leaseUntilMax: at(600),
    ...say,
  });
}

function ids(rows: { delivery_id: string }[]): string[] {
  return rows.map((row) => row.delivery_id);
}

/** So many seconds after the tests' midnight. */
function at(seconds: number): string {
  return new Date(Date.parse("2026-01-02T00:00:00.000Z") + seconds * 1000).toISOString();
}

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { MakeDatabase } from "./database.ts";
import { arrived, arrivedMany } from "./delivery.ts";

export function exerciseAccept(makeDatabase: MakeDatabase): void {
  describe("accepting", () => {
    test("a delivery comes back as it came, byte for byte", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const delivery = arrived({
        source: "team-a",
        hookId: "42",
        event: "pull_request",
        contentType: "application/x-www-form-urlencoded",
        headers: { "x-github-event": "pull_request", "user-agent": "GitHub-Hookshot/“é”" },
        secretUsed: "previous",
        body: randomBytes(100_000),
      });

      await store.accept([delivery]);

      const [row] = await store.deliveries.findByDeliveryId("delivery-1");
      const stored = await store.deliveries.get(row?.id ?? 0);
      expect(Buffer.compare(stored?.body ?? Buffer.alloc(0), delivery.body)).toBe(0);
      expect(stored).toMatchObject({
        source: "team-a",
        provider: "github",
        hook_id: "42",
        event: "pull_request",
        content_type: "application/x-www-form-urlencoded",
        headers: delivery.headers,
        secret_used: "previous",
        state: "received",
        received_at: "2026-01-02T03:04:05.678Z",
        digested_at: null,
        digest_attempts: 0,
        duplicate_count: 0,
        body_bytes: 100_000,
      });
    });

    test("bodies of every size come back, also when they are a part of a larger buffer", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const large = randomBytes(3 * 1024 * 1024);
      const bodies = [0, 1, 511, 512, 513, 65_536, 3 * 1024 * 1024 - 7].map(
        (bytes) => new Uint8Array(large.buffer, large.byteOffset + 3, bytes),
      );
      const compressible = Buffer.alloc(2 * 1024 * 1024, '{"a":1},');

      await store.accept([...bodies, compressible].map((body, index) => arrived({ deliveryId: `d${index}`, body })));

      for (const [index, body] of [...bodies, compressible].entries()) {
        const [row] = await store.deliveries.findByDeliveryId(`d${index}`);
        const stored = await store.deliveries.get(row?.id ?? 0);
        expect(stored?.body.byteLength).toBe(body.byteLength);
        expect(Buffer.compare(stored?.body ?? Buffer.alloc(0), body)).toBe(0);
      }
    });

    test("the same delivery again is a duplicate and is counted; with another body it is a conflict, and the first is kept", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const first = await store.accept([arrived({ body: "first" })]);
      const second = await store.accept([arrived({ body: "first", receivedAt: "2026-01-02T03:05:00.000Z" })]);
      const third = await store.accept([arrived({ body: "other" })]);

      expect([...first, ...second, ...third]).toEqual([
        { kind: "accepted" },
        { kind: "duplicate" },
        { kind: "conflict" },
      ]);
      const rows = await store.deliveries.findByDeliveryId("delivery-1");
      expect(rows).toMatchObject([{ duplicate_count: 1, received_at: "2026-01-02T03:04:05.678Z" }]);
      const stored = await store.deliveries.get(rows[0]?.id ?? 0);
      expect(Buffer.from(stored?.body ?? []).toString()).toBe("first");
    });

    test("what is sent again leaves no second body behind", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const batch = arrivedMany(5, (index) => ({ body: `{"n":${index}}` }));

      await store.accept(batch);
      await store.accept(batch);
      await store.accept(batch.slice(2));

      const [bodies] = await database.rows("select count(*) as pieces from delivery_bodies");
      expect(Number(bodies?.["pieces"])).toBe(1);
      const fourth = await store.deliveries.get((await store.deliveries.findByDeliveryId("d3"))[0]?.id ?? 0);
      expect(Buffer.from(fourth?.body ?? []).toString()).toBe('{"n":3}');
    });

    test("one batch may hold a delivery many times: the first counts", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const outcomes = await store.accept([
        arrived({ deliveryId: "b" }),
        arrived({ deliveryId: "a", body: "1" }),
        arrived({ deliveryId: "a", body: "1" }),
        arrived({ deliveryId: "a", body: "2" }),
        arrived({ deliveryId: "b" }),
        arrived({ deliveryId: "c" }),
      ]);

      expect(outcomes.map(({ kind }) => kind)).toEqual([
        "accepted",
        "accepted",
        "duplicate",
        "conflict",
        "duplicate",
        "accepted",
      ]);
      expect(await store.deliveries.count({})).toBe(3);
    });

    test("a delivery id counts for its source and hook only", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const outcomes = await store.accept([
        arrived({ hookId: "1", body: "organisation" }),
        arrived({ hookId: "2", body: "repository" }),
        arrived({ hookId: "1", source: "team-a", body: "App" }),
        arrived({ hookId: "", body: "no hook" }),
      ]);

      expect(outcomes.map(({ kind }) => kind)).toEqual(["accepted", "accepted", "accepted", "accepted"]);
      expect(await store.deliveries.findByDeliveryId("delivery-1")).toHaveLength(4);
    });

    test("a delivery that comes a thousand times at once is stored once", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const batches = Array.from({ length: 100 }, () =>
        Array.from({ length: 10 }, () => arrived({ body: "x".repeat(1000) })),
      );
      const outcomes = (await Promise.all(batches.map((batch) => store.accept(batch)))).flat();

      expect(outcomes.filter(({ kind }) => kind === "accepted")).toHaveLength(1);
      expect(outcomes.filter(({ kind }) => kind === "duplicate")).toHaveLength(999);
      expect(await store.deliveries.findByDeliveryId("delivery-1")).toMatchObject([{ duplicate_count: 999 }]);
    });

    test("batches that overlap in opposite orders all get through", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();

      for (let round = 0; round < 10; round += 1) {
        const deliveries = arrivedMany(500, (index) => ({ deliveryId: `${round} ${index}` }));
        const outcomes = (await Promise.all([one.accept(deliveries), other.accept(deliveries.toReversed())])).flat();
        expect(outcomes.filter(({ kind }) => kind === "accepted")).toHaveLength(500);
        expect(outcomes.filter(({ kind }) => kind === "duplicate")).toHaveLength(500);
      }
    });

    test("a batch that cannot be stored stores nothing, and the next one is taken", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      // Nothing of the right type is refused by the schema.
      const impossible = arrived({ deliveryId: "bad", event: null as unknown as string });

      await expect(store.accept([arrived({ deliveryId: "good" }), impossible])).rejects.toThrow(/null/i);

      expect(await store.deliveries.count({})).toBe(0);
      expect(await store.accept([arrived({ deliveryId: "good" })])).toEqual([{ kind: "accepted" }]);
    });

    test("an empty batch is nothing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      expect(await store.accept([])).toEqual([]);
    });

    test("a store that was opened for reading takes nothing", async () => {
      await using database = await makeDatabase();
      await database.open();
      const reader = await database.open("read");

      await expect(reader.accept([arrived()])).rejects.toThrow("opened for reading");
      await expect(reader.deliveries.markReceived(1)).rejects.toThrow(/read-?only/i);
      expect(await reader.deliveries.count({})).toBe(0);
    });
  });
}

import { describe, expect, test, vi } from "vitest";
import type { NewEvent } from "../../src/store/events.ts";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase, TestDatabase } from "./database.ts";
import { arrived, arrivedMany } from "./delivery.ts";
import { addPullRequest, addRepository } from "./rows.ts";

export function exerciseTransactions(makeDatabase: MakeDatabase): void {
  describe("transactions", () => {
    test("what fails half way leaves nothing behind", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([arrived()]);
      const [delivery] = await store.deliveries.findByDeliveryId("delivery-1");

      const work = store.transaction(async (queries) => {
        const repository = await addRepository(queries);
        await addPullRequest(queries, repository);
        await queries.deliveries.markDigested([delivery?.id ?? 0], "2026-01-02T03:04:06.000Z");
        throw new Error("half way");
      });

      await expect(work).rejects.toThrow("half way");
      expect(await store.repositories.count()).toBe(0);
      expect(await store.pullRequests.count({})).toBe(0);
      expect(await store.deliveries.count({ state: "received" })).toBe(1);
    });

    test("what the database refuses is thrown, and the store works on", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const twice = store.transaction(async (queries) => {
        const repository = await addRepository(queries);
        await addPullRequest(queries, repository);
        await addPullRequest(queries, repository);
      });

      await expect(twice).rejects.toThrow(/unique/i);
      expect(await store.repositories.count()).toBe(0);
      await store.transaction((queries) => addRepository(queries));
      expect(await store.repositories.count()).toBe(1);
    });

    test("two at a time do not lose each other's words", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const repository = await one.transaction((queries) => addRepository(queries));

      // Also the first, where there is no row yet that could be locked.
      const append = (store: Store, word: number) =>
        store.transaction(async (queries) => {
          const row = await queries.pullRequests.find(repository.id, 7);
          if (row === undefined) await addPullRequest(queries, repository, { registers: JSON.stringify([word]) });
          else
            await queries.pullRequests.update(row.id, {
              registers: JSON.stringify([...(JSON.parse(row.registers) as number[]), word]),
            });
        });
      await Promise.all(Array.from({ length: 40 }, (_, word) => append(word % 2 === 0 ? one : other, word)));

      const row = await one.pullRequests.find(repository.id, 7);
      expect((JSON.parse(row?.registers ?? "[]") as number[]).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 40 }, (_, word) => word),
      );
    });

    test("who reads on from the newest event misses none, whichever process wrote it", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const heard: number[] = [];
      const readOn = async () => {
        const events = await one.events.since(heard.at(-1) ?? 0, 200);
        heard.push(...events.map(({ id }) => id));
      };
      // Connections are made before anybody waits: a wait for a lock has an end.
      await Promise.all([other.events.lastId(), other.events.lastId()]);
      const hasNumber = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();

      const first = one.transaction(async (queries) => {
        await queries.events.add(event("first"));
        hasNumber.resolve();
        await mayCommit.promise;
      });
      await hasNumber.promise;
      // These have larger numbers. One that was visible while the first is not would take the reader past it.
      const later = [
        other.transaction((queries) => queries.events.add(event("second"))),
        other.events.add(event("third")),
      ];
      let done = 0;
      for (const adding of later) void adding.then(() => (done += 1));
      if (database.location.engine === "postgres") {
        await vi.waitUntil(async () => (await waiting(database)) + done === later.length, { timeout: 20_000 });
        await readOn();
      }
      mayCommit.resolve();
      await Promise.all([first, ...later]);
      await readOn();

      expect(heard).toEqual((await database.rows("select id from events order by id")).map(({ id }) => Number(id)));
      expect(heard).toHaveLength(3);
    });

    test("deliveries are taken while others are being digested", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const digesting = Array.from({ length: 10 }, () => store.transaction((queries) => addRepository(queries)));
      const accepting = arrivedMany(10).map((delivery) => store.accept([delivery]));

      await Promise.all([...digesting, ...accepting]);
      expect(await store.deliveries.count({})).toBe(10);
      expect(await store.repositories.count()).toBe(10);
      expect(await store.isWritable()).toBe(true);
    });
  });
}

/** How many sessions wait for a lock, as the database itself sees it. */
async function waiting({ rows }: TestDatabase): Promise<number> {
  const [row] = await rows(
    "select count(*) as count from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())",
  );
  return Number(row?.["count"]);
}

function event(key: string): NewEvent {
  const at = "2026-01-02T03:04:05.678Z";
  return {
    event_key: key,
    delivery_id: null,
    kind: "pause_requested",
    repository_id: null,
    subject_kind: "workflow",
    subject_ref: "SCRUM-1",
    commit_sha: null,
    actor: "operator",
    occurred_at: at,
    recorded_at: at,
    summary: key,
  };
}

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { isOutage } from "../../src/store/outage.ts";
import { acceptOnSqlite } from "../../src/store/sqlite/accept.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { makeSqlite, type TestDatabase } from "./database.ts";
import { arrived, arrivedMany } from "./delivery.ts";
import { exerciseStore } from "./store.ts";

describe("the store on SQLite", () => {
  exerciseStore(makeSqlite);

  test("a commit is synced to disk, and the other settings hold too", async () => {
    await using database = await makeSqlite();
    const { raw, close } = openSqlite(pathOf(database), "write");

    const inForce = (name: string) => Object.values(raw.prepare(`pragma ${name}`).get() ?? {})[0];
    const settings = Object.fromEntries(
      [
        "journal_mode",
        "synchronous",
        "foreign_keys",
        "busy_timeout",
        "trusted_schema",
        "cell_size_check",
        "mmap_size",
        "journal_size_limit",
        "wal_autocheckpoint",
      ].map((name) => [name, inForce(name)]),
    );

    expect(settings).toEqual({
      journal_mode: "wal",
      synchronous: 2,
      foreign_keys: 1,
      busy_timeout: 5000,
      trusted_schema: 0,
      cell_size_check: 1,
      mmap_size: 0,
      journal_size_limit: 67108864,
      wal_autocheckpoint: 1000,
    });
    await close();
  });

  test("a reader cannot write, whatever it is told", async () => {
    await using database = await makeSqlite();
    await database.open();
    const { raw, close } = openSqlite(pathOf(database), "read");

    expect(() => raw.exec("delete from deliveries")).toThrow(/readonly|read-only|query_only/i);
    expect(raw.prepare("pragma query_only").get()).toEqual({ query_only: 1 });
    await close();
  });

  test("the files are for their owner's eyes only", async () => {
    await using database = await makeSqlite();
    const store = await database.open();
    await store.accept([arrived()]);

    const modes = await modesOf(database);

    expect(modes).toEqual({ directory: 0o700, "": 0o600, "-wal": 0o600, "-shm": 0o600 });
  });

  test("a file that came back from a backup with another mode is closed to others again", async () => {
    await using database = await makeSqlite();
    await (await database.open()).close();
    await chmod(pathOf(database), 0o644);

    const store = await database.open();
    await store.accept([arrived()]);

    expect(await modesOf(database)).toMatchObject({ "": 0o600, "-wal": 0o600 });
  });

  test("reading where no store is says so and makes nothing", async () => {
    await using database = await makeSqlite();

    await expect(database.open("read")).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(stat(dirname(pathOf(database)))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("a file that is no database is refused", async () => {
    await using database = await makeSqlite();
    await mkdir(dirname(pathOf(database)), { recursive: true });
    await writeFile(pathOf(database), "no database".repeat(1000));

    await expect(openStore(database.location, "write")).rejects.toThrow(/not a database/);
  });

  test("a delivery that was damaged on the disk keeps nobody from being digested", async () => {
    await using database = await makeSqlite();
    const store = await database.open();
    // Bodies of one batch are kept together, and what is damaged is damaged for all of them.
    for (const delivery of arrivedMany(3, () => ({ body: JSON.stringify(["x".repeat(1000)]) })))
      await store.accept([delivery]);
    const opened = openSqlite(pathOf(database), "write");
    opened.raw.exec(
      "update delivery_bodies set content = substr(content, 1, 20) where id = (select body_id from deliveries where delivery_id = 'd1')",
    );

    const claimed = await store.deliveries.claim({
      limit: 9,
      bodyBytesMax: 1e9,
      attemptsTogetherMax: 3,
      owner: "one",
      now: "2026",
      leaseUntil: "2027",
      leaseUntilMax: "2028",
    });

    expect(claimed.map((row) => [row.delivery_id, row.body?.byteLength ?? null])).toEqual([
      ["d0", 1004],
      ["d1", null],
      ["d2", 1004],
    ]);
    await opened.close();
  });

  test("a full disk is an outage: nothing is half stored, reads go on, and what fits again is taken", async () => {
    await using database = await makeSqlite();
    const store = await database.open();
    await store.accept([arrived({ deliveryId: "before" })]);
    const opened = openSqlite(pathOf(database), "write");
    const accept = acceptOnSqlite(opened);
    const { page_count: pages } = opened.raw.prepare("pragma page_count").get() as { page_count: number };
    // The nearest to a full disk that needs no disk of its own: SQLite says the same, SQLITE_FULL.
    opened.raw.exec(`pragma max_page_count = ${pages}`);

    const accepting = await accept(arrivedMany(50, () => ({ body: randomBytes(5000) }))).catch(
      (error: unknown) => error,
    );
    const digesting = await opened.db
      .transaction()
      .execute((trx) =>
        trx
          .updateTable("deliveries")
          .set({ dead_reason: "x".repeat(100_000) })
          .execute(),
      )
      .catch((error: unknown) => error);

    for (const failure of [accepting, digesting]) {
      expect(failure).toMatchObject({ message: expect.stringContaining("full") });
      expect(isOutage(failure)).toBe(true);
    }
    expect(await store.deliveries.list({}, { limit: 10, after: null })).toMatchObject({
      rows: [{ delivery_id: "before", dead_reason: null }],
    });
    opened.raw.exec("pragma max_page_count = 1000000");
    expect(await accept([arrived({ deliveryId: "after" })])).toEqual([{ kind: "accepted" }]);
    expect(opened.raw.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" });
    await opened.close();
  });

  test("the journal stays short, also when readers follow one another without a pause", async () => {
    await using database = await makeSqlite();
    const store = await database.open();
    await store.accept([arrived({ deliveryId: "first" })]);
    const readers = new Worker(new URL("./overlapping-readers.ts", import.meta.url), { workerData: pathOf(database) });
    await once(readers, "message");

    let walBytesMax = 0;
    for (let index = 0; index < 120; index += 1) {
      await store.accept([arrived({ deliveryId: `d${index}`, body: randomBytes(1024 * 1024) })]);
      walBytesMax = Math.max(walBytesMax, (await stat(`${pathOf(database)}-wal`)).size);
    }
    await readers.terminate();

    expect(walBytesMax).toBeGreaterThan(16 * 1024 * 1024);
    expect(walBytesMax).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(await store.deliveries.count({})).toBe(121);
  });

  test("a busy store and one that is gone are outages; what cannot be stored is none", async () => {
    await using database = await makeSqlite();
    await database.open();
    const opened = openSqlite(pathOf(database), "write");
    const other = new DatabaseSync(pathOf(database));
    other.exec("begin immediate");
    opened.raw.exec("pragma busy_timeout = 0");

    const busy = caught(() => opened.raw.exec("begin immediate"));
    other.exec("rollback");
    const refused = caught(() => opened.raw.exec("insert into deliveries (source) values ('x')"));
    const wrong = caught(() => opened.raw.exec("select nonsense from nowhere"));

    expect([
      isOutage(busy),
      isOutage(refused),
      isOutage(wrong),
      isOutage(new TypeError("a bug")),
      isOutage("text"),
    ]).toEqual([true, false, false, false, false]);
    other.close();
    await opened.close();
  });
});

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function pathOf(database: TestDatabase): string {
  if (database.location.engine !== "sqlite") throw new Error("not SQLite");
  return database.location.path;
}

async function modesOf(database: TestDatabase): Promise<Record<string, number>> {
  const path = pathOf(database);
  const modes = await Promise.all(
    ["", "-wal", "-shm"].map(async (suffix) => [suffix, (await stat(path + suffix)).mode & 0o777]),
  );
  return { directory: (await stat(dirname(path))).mode & 0o777, ...Object.fromEntries(modes) };
}

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import { openStore, type StoreLocation } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { createDatabase } from "../support/postgres.ts";

/** An empty database of one's own. Stores that were opened on it are closed with it. */
export type TestDatabase = {
  location: StoreLocation;
  open: (mode?: "write" | "read") => Promise<Store>;
  /** Two that write at the same time. On SQLite both are one: a process has one writing connection, a second would wait for the first in vain. */
  openTwo: () => Promise<[Store, Store]>;
  /** Rows as the database has them, past the store. */
  rows: (sql: string) => Promise<Record<string, unknown>[]>;
  [Symbol.asyncDispose]: () => Promise<void>;
};

/** Makes a fresh database of one kind; the suites run over both. */
export type MakeDatabase = () => Promise<TestDatabase>;

/** In memory where the machine has a file system there: what is tested is what is written, not how fast. */
export const makeSqlite: MakeDatabase = async () => {
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "pullwright-test-"));
  const path = join(folder, "data", "pullwright.db");
  return databaseAt(
    { engine: "sqlite", path },
    (sql) => readSqlite(path, sql),
    () => rm(folder, { recursive: true, force: true }),
  );
};

export const makePostgres: MakeDatabase = () => makePostgresAt(undefined);

/** On a server of one's own; outside of the tests there is no other. */
export async function makePostgresAt(serverUrl: string | undefined): Promise<TestDatabase> {
  const database = await createDatabase(serverUrl);
  const { url } = database;
  return databaseAt(
    { engine: "postgres", url },
    (sql) => readPostgres(url, sql),
    () => database.drop(),
  );
}

function databaseAt(location: StoreLocation, rows: TestDatabase["rows"], remove: () => Promise<void>): TestDatabase {
  const opened: Store[] = [];
  const open = async (mode: "write" | "read" = "write"): Promise<Store> => {
    const store = await openStore(location, mode);
    opened.push(store);
    return store;
  };
  return {
    location,
    rows,
    open,
    openTwo: async () => {
      const one = await open();
      return [one, location.engine === "sqlite" ? one : await open()];
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map((store) => store.close()));
      await remove();
    },
  };
}

async function readSqlite(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const raw = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
  try {
    return raw
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    raw.close();
  }
}

async function readPostgres(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(sql);
    return rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

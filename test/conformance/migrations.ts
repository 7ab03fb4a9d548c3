import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/store/migrate.ts";
import { migrations } from "../../src/store/migrations/index.ts";
import type { ColumnTypes, Migration } from "../../src/store/migrations/migration.ts";
import type { StoreLocation } from "../../src/store/open-store.ts";
import { openPostgres, postgresColumnTypes } from "../../src/store/postgres/open.ts";
import { openSqlite, sqliteColumnTypes } from "../../src/store/sqlite/open.ts";
import type { MakeDatabase } from "./database.ts";

export function exerciseMigrations(makeDatabase: MakeDatabase): void {
  describe("migrations", () => {
    test("run once, and again do nothing", async () => {
      await using database = await makeDatabase();
      await using opened = await openRaw(database.location);

      expect(await opened.migrate()).toEqual(migrations.map((migration) => migration.name));
      expect(await opened.migrate()).toEqual([]);
    });

    test("each runs over the sample rows of all before it, and again over its own result", async () => {
      await using database = await makeDatabase();
      await using opened = await openRaw(database.location);

      for (const [index, migration] of migrations.entries()) {
        expect(await opened.migrate(migrations.slice(0, index + 1))).toEqual([migration.name]);
        for (const statement of migration.sample) await opened.run(statement);
      }
      for (const migration of migrations)
        for (const statement of migration.statements(opened.types)) await opened.run(statement);

      for (const table of [
        "deliveries",
        "repositories",
        "repository_names",
        "events",
        "decisions",
        "pr_outcomes",
        "ci_runs",
        "commits",
        "reverts",
        "workflows",
        "commands",
        "command_history",
        "effects",
        "audit_head",
        "audit_log",
        "credential_standing",
        "idempotency_keys",
      ]) {
        expect(await database.rows(`select 1 as one from ${table}`)).toHaveLength(1);
      }
    });

    test("a database that a newer version has migrated is refused and left alone", async () => {
      await using database = await makeDatabase();
      await using opened = await openRaw(database.location);
      const newer = {
        name: "9999-from-the-future",
        statements: () => ["create table future (id integer)"],
        sample: [],
      };
      await opened.migrate([...migrations, newer]);

      await expect(database.open()).rejects.toMatchObject({
        code: "DATABASE_TOO_NEW",
        message: expect.stringContaining("9999-from-the-future"),
      });
      expect(await database.rows("select name from schema_migrations")).toHaveLength(migrations.length + 1);
    });

    test("a migration that fails leaves nothing behind, and its error is thrown", async () => {
      await using database = await makeDatabase();
      await using opened = await openRaw(database.location);
      const broken = {
        name: "9999-broken",
        statements: () => ["create table half (id integer)", "insert into nowhere values (1)"],
        sample: [],
      };

      await expect(opened.migrate([...migrations, broken])).rejects.toThrow(/nowhere/);

      await expect(database.rows("select * from half")).rejects.toThrow(/half/);
      expect(await opened.migrate()).toEqual(migrations.map((migration) => migration.name));
    });

    test("four processes that start at once on an empty database all come up, and each stores what it has", async () => {
      await using database = await makeDatabase();

      const ended = await Promise.all(
        Array.from({ length: 4 }, (_, index) => runWriter(database.location, `process-${index}`)),
      );

      expect(ended).toEqual(Array.from({ length: 4 }, () => ({ code: 0, printed: "25 accepted, 25 known to all" })));
      const store = await database.open();
      expect(await store.deliveries.count({})).toBe(125);
    });
  });
}

type RawDatabase = {
  migrate: (list?: Migration[]) => Promise<string[]>;
  types: ColumnTypes;
  run: (statement: string) => Promise<unknown>;
} & AsyncDisposable;

async function openRaw(location: StoreLocation): Promise<RawDatabase> {
  if (location.engine === "sqlite") {
    const { db, raw, close } = openSqlite(location.path, "write");
    return {
      migrate: (list) => migrate(db, sqliteColumnTypes, list),
      types: sqliteColumnTypes,
      run: async (statement) => raw.exec(statement),
      [Symbol.asyncDispose]: close,
    };
  }
  const { db, pool, close } = await openPostgres(location.url, "write");
  return {
    migrate: (list) => migrate(db, postgresColumnTypes, list),
    types: postgresColumnTypes,
    run: (statement) => pool.query(statement),
    [Symbol.asyncDispose]: close,
  };
}

/** Opens the store in a process of its own and stores 25 deliveries of its own and 25 that each process has. */
function runWriter(location: StoreLocation, name: string): Promise<{ code: number | null; printed: string }> {
  const program = fileURLToPath(new URL("./writer-child.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(location), name], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, printed }));
  });
}

import { type Kysely, sql } from "kysely";
import { type MigrationProvider, Migrator } from "kysely/migration";
import { PullwrightError } from "../domain/error.ts";
import { migrations } from "./migrations/index.ts";
import type { ColumnTypes, Migration } from "./migrations/migration.ts";

/**
 * Brings the schema up to this version, each migration in the one transaction of the run, behind the database's own lock: several processes
 * may call it at once. Returns the names of what was run, none when all was there. Throws DATABASE_TOO_NEW when a newer version has been here.
 */
export async function migrate<Tables>(
  db: Kysely<Tables>,
  types: ColumnTypes,
  list: Migration[] = migrations,
): Promise<string[]> {
  const migrator = new Migrator({
    db,
    provider: providerOf(list, types),
    migrationTableName: "schema_migrations",
    migrationLockTableName: "schema_migration_lock",
  });
  const known = new Set(list.map((migration) => migration.name));
  const unknown = (await appliedNames(db)).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new PullwrightError(
      "DATABASE_TOO_NEW",
      `The database has migrations that this version does not know: ${unknown.join(", ")}. Start the newer version.`,
    );
  }
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error instanceof Error ? error : new Error("The migrations failed", { cause: error });
  return (results ?? []).filter((result) => result.status === "Success").map((result) => result.migrationName);
}

function providerOf(list: Migration[], types: ColumnTypes): MigrationProvider {
  const byName = list.map((migration) => [
    migration.name,
    {
      up: async (db: Kysely<unknown>) => {
        for (const statement of migration.statements(types)) await sql.raw(statement).execute(db);
      },
    },
  ]);
  return { getMigrations: async () => Object.fromEntries(byName) };
}

async function appliedNames<Tables>(db: Kysely<Tables>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "schema_migrations")) return [];
  const { rows } = await sql<{ name: string }>`select name from schema_migrations`.execute(db);
  return rows.map((row) => row.name);
}

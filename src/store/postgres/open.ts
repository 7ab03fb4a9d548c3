import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { PullwrightError } from "../../domain/error.ts";
import type { ColumnTypes } from "../migrations/migration.ts";
import type { Schema } from "../schema.ts";

export const postgresColumnTypes: ColumnTypes = { id: "bigint generated always as identity primary key", reference: "bigint", count: "bigint", text: 'text collate "C"', bytes: "bytea" };

export type PostgresDatabase = { db: Kysely<Schema>; pool: pg.Pool; close: () => Promise<void> };

/**
 * A pool whose every session is safe to lose: statements, locks and idle transactions time out, and a server-side check notices a dead client.
 * Throws DATABASE_NOT_DURABLE when a commit would be acknowledged before it is on the disk, STORE_UNAVAILABLE when nothing answers.
 */
export async function openPostgres(url: string, mode: "write" | "read"): Promise<PostgresDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: mode === "write" ? 8 : 4,
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    application_name: "pullwright",
    options: settingsOf(mode === "write" ? sessionSettings : [...sessionSettings, "default_transaction_read_only=on"]),
    types: { getTypeParser: typeParser },
  });
  // A connection may break while nobody asks it anything, also in the middle of a transaction. Without a listener that would end the process; whoever
  // uses the connection next is told.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    await refuseLooseDurability(pool);
  } catch (error) {
    await pool.end();
    if (error instanceof PullwrightError) throw error;
    throw new PullwrightError("STORE_UNAVAILABLE", "PostgreSQL does not answer at the configured URL. Check that it runs and that the user may connect.", { cause: error });
  }
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => closeAll(db, pool) };
}

/** Kysely ends the pool only if it was ever asked something; an idle connection left open would keep the process for ten seconds more. */
async function closeAll(db: Kysely<Schema>, pool: pg.Pool): Promise<void> {
  await db.destroy();
  if (!pool.ending) await pool.end();
}

const sessionSettings = [
  "statement_timeout=30s",
  "lock_timeout=5s",
  "idle_in_transaction_session_timeout=10s",
  "client_connection_check_interval=1s",
];

function settingsOf(settings: string[]): string {
  return settings.map((setting) => `-c ${setting}`).join(" ");
}

/** Any number does, as long as every process takes the same. */
const writeLockKey = 7_305_184_220;

/**
 * Makes this transaction the only one of its kind until it ends. Joins read a row, join, and write it back: two at once would lose one's facts, also
 * where the row does not exist yet and cannot be locked. SQLite's `begin immediate` does the same.
 */
export async function holdWriteLock(db: Kysely<Schema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${sql.lit(writeLockKey)})`.execute(db);
}

/** Row numbers are bigint there and stay far below 2^53; the driver would hand them over as text. */
function typeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if (oid === pg.types.builtins.INT8 && format !== "binary") return Number;
  return pg.types.getTypeParser(oid, format as "text");
}

async function refuseLooseDurability(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query("select current_setting('synchronous_commit') as synchronous_commit, current_setting('fsync') as fsync");
  const row = rows[0] as { synchronous_commit: string; fsync: string };
  if (row.synchronous_commit === "off" || row.fsync === "off") {
    throw new PullwrightError("DATABASE_NOT_DURABLE", `PostgreSQL answers commits before they are on the disk (synchronous_commit=${row.synchronous_commit}, fsync=${row.fsync}). Set both to on.`);
  }
}

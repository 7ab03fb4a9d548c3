import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { PullwrightError } from "../../domain/error.ts";
import type { ColumnTypes } from "../migrations/migration.ts";
import type { Schema } from "../schema.ts";
import { preparing } from "./prepared.ts";

export const postgresColumnTypes: ColumnTypes = {
  id: "bigint generated always as identity primary key",
  reference: "bigint",
  count: "bigint",
  text: 'text collate "C"',
  bytes: "bytea",
};

export type PostgresDatabase = { db: Kysely<Schema>; pool: pg.Pool; close: () => Promise<void> };

/**
 * A pool whose every session is safe to lose: statements, locks and idle transactions time out, and a server-side check notices a dead client.
 * Throws DATABASE_NOT_DURABLE when a commit would be acknowledged before it is on the disk, STORE_UNAVAILABLE when nothing answers.
 */
export async function openPostgres(url: string, mode: "write" | "read"): Promise<PostgresDatabase> {
  const server = await lookAt(url);
  refuseLooseDurability(server);
  const readOnly = mode === "read" ? ["default_transaction_read_only=on"] : [];
  // Payloads are stored as text, which PostgreSQL compresses: by its own old method that costs more than all the rest of recording them.
  const compression = server.has_lz4 ? ["default_toast_compression=lz4"] : [];
  const pool = new pg.Pool({
    connectionString: url,
    max: mode === "write" ? 8 : 4,
    connectionTimeoutMillis,
    keepAlive: true,
    application_name: "pullwright",
    options: [...sessionSettings, ...readOnly, ...compression].map((setting) => `-c ${setting}`).join(" "),
    types: { getTypeParser: typeParser },
  });
  // A connection may break while nobody asks it anything, also in the middle of a transaction. Without a listener that would end the process; whoever
  // uses the connection next is told.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: preparing(pool) }) });
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

const connectionTimeoutMillis = 5000;

/** Any number does, as long as every process takes the same. */
const writeLockKey = 7_305_184_220;

/**
 * Makes this transaction the only one of its kind until it ends. Joins read a row, join, and write it back: two at once would lose one's facts, also
 * where the row does not exist yet and cannot be locked. SQLite's `begin immediate` does the same.
 */
export async function holdWriteLock(db: Kysely<Schema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${writeLockKey}::bigint)`.execute(db);
}

/** Row numbers are bigint there and stay far below 2^53; the driver would hand them over as text. */
function typeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  const int8: number = pg.types.builtins.INT8;
  return oid === int8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format);
}

type Server = { synchronous_commit: string; fsync: string; has_lz4: boolean };

/** What holds for this user in this database, asked before anything is stored. */
async function lookAt(url: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis, application_name: "pullwright" });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<Server>(
      `select current_setting('synchronous_commit') as synchronous_commit, current_setting('fsync') as fsync,
        exists (select from pg_settings where name = 'default_toast_compression' and 'lz4' = any (enumvals)) as has_lz4`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error("The server answered nothing");
    return row;
  } catch (cause) {
    throw new PullwrightError(
      "STORE_UNAVAILABLE",
      "PostgreSQL does not answer at the configured URL. Check that it runs and that the user may connect.",
      { cause },
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

function refuseLooseDurability(server: Server): void {
  if (server.synchronous_commit !== "off" && server.fsync !== "off") return;
  throw new PullwrightError(
    "DATABASE_NOT_DURABLE",
    `PostgreSQL answers commits before they are on the disk (synchronous_commit=${server.synchronous_commit}, fsync=${server.fsync}). Set both to on.`,
  );
}

import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { PullwrightError } from "../../domain/error.ts";
import type { ColumnTypes } from "../migrations/migration.ts";
import type { Schema } from "../schema.ts";
import { nodeSqliteDialect } from "./dialect.ts";
import { refuseNetworkFilesystem, refuseOldEngine } from "./refuse-unsafe.ts";
import { limitWal } from "./wal-limit.ts";

/** AUTOINCREMENT, so that the number of a pruned row never comes back under another meaning. */
export const sqliteColumnTypes: ColumnTypes = {
  id: "integer primary key autoincrement",
  reference: "integer",
  count: "integer",
  text: "text",
  bytes: "blob",
};

const busyTimeoutMs = 5000;

export type SqliteDatabase = {
  db: Kysely<Schema>;
  raw: DatabaseSync;
  /** To be called after each commit that does not go through `db`. */
  afterCommit: () => void;
  close: () => Promise<void>;
};

/**
 * Opens the file for the one writing connection of this process, or for reading beside it. A commit is on the disk when it returns
 * (`synchronous=FULL` syncs the WAL at each commit). Throws SQLITE_TOO_OLD or NETWORK_FILESYSTEM rather than run unsafely.
 */
export function openSqlite(path: string, mode: "write" | "read"): SqliteDatabase {
  if (mode === "write") makeReady(path);
  else if (!existsSync(path))
    throw new PullwrightError("STORE_UNAVAILABLE", `There is no store at ${path} yet. \`pullwright start\` makes it.`);
  refuseNetworkFilesystem(dirname(path), statfsSync(dirname(path)).type);
  const raw = new DatabaseSync(path, {
    readOnly: mode === "read",
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  try {
    refuseOldEngine(String(raw.prepare("select sqlite_version() as version").get()?.["version"]));
    raw.exec(mode === "write" ? writerSettings : readerSettings);
  } catch (error) {
    raw.close();
    throw error;
  }
  const afterCommit = limitWal(raw, path, busyTimeoutMs);
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(raw, { afterCommit }) });
  return { db, raw, afterCommit, close: () => db.destroy() };
}

const readerSettings = `
  pragma trusted_schema = off;
  pragma cell_size_check = on;
  pragma mmap_size = 0;
  pragma query_only = on;
`;

const writerSettings = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma journal_size_limit = 67108864;
  pragma wal_autocheckpoint = 1000;
  pragma trusted_schema = off;
  pragma cell_size_check = on;
  pragma mmap_size = 0;
`;

/**
 * The file, with nobody else's eyes on it, made before SQLite would make it for all to read: its journal takes over the mode. A commit into a new file
 * does not cover its name in the directory, nor the directory's in its parent: without a sync of those, a power cut can take the whole store.
 */
function makeReady(path: string): void {
  const directory = dirname(path);
  const firstMade = mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (existsSync(path)) {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) if (existsSync(file)) chmodSync(file, 0o600);
    return;
  }
  closeSync(openSync(path, "a", 0o600));
  if (process.platform === "win32") return; // a directory cannot be opened there
  syncDirectory(directory);
  if (firstMade === undefined) return;
  const oldest = dirname(firstMade);
  for (let made = directory; made !== oldest && made !== dirname(made); made = dirname(made))
    syncDirectory(dirname(made));
}

function syncDirectory(path: string): void {
  const directory = openSync(path, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

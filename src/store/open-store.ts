import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { type Kysely, sql } from "kysely";
import { auditLogQueries } from "./audit-log.ts";
import { ciRunQueries } from "./ci-runs.ts";
import { commandClaimQueries } from "./command-claims.ts";
import { commandLeaseQueries } from "./command-leases.ts";
import { commandQueries } from "./commands.ts";
import { commitQueries } from "./commits.ts";
import { credentialStandingQueries } from "./credential-standing.ts";
import { decisionQueries } from "./decisions.ts";
import { deliveryQueries } from "./deliveries.ts";
import { effectQueries } from "./effects.ts";
import { eventQueries } from "./events.ts";
import { findingQueries } from "./findings.ts";
import { idempotencyKeyQueries } from "./idempotency-keys.ts";
import { migrate } from "./migrate.ts";
import { acceptOnPostgres } from "./postgres/accept.ts";
import { holdWriteLock, openPostgres, postgresColumnTypes } from "./postgres/open.ts";
import { watchQueueOnPostgres } from "./postgres/watch-queue.ts";
import { pullRequestQueries } from "./pull-requests.ts";
import { repositoryQueries } from "./repositories.ts";
import { reviewQueries } from "./reviews.ts";
import { revertQueries } from "./reverts.ts";
import type { Schema } from "./schema.ts";
import { acceptOnSqlite } from "./sqlite/accept.ts";
import { openSqlite, sqliteColumnTypes } from "./sqlite/open.ts";
import { watchQueueOnSqlite } from "./sqlite/watch-queue.ts";
import type { Store, StoreQueries } from "./store.ts";
import { workflowQueries } from "./workflows.ts";

/** Where the store is: a file, or a PostgreSQL URL (which holds a password: never print it). */
export type StoreLocation = { engine: "sqlite"; path: string } | { engine: "postgres"; url: string };

/**
 * Opens the store, first brought up to this version's schema when it is opened for writing. Opening for reading changes nothing and expects
 * that a writer has been there.
 */
export async function openStore(location: StoreLocation, mode: "write" | "read"): Promise<Store> {
  return location.engine === "sqlite" ? openOnSqlite(location.path, mode) : openOnPostgres(location.url, mode);
}

async function openOnSqlite(path: string, mode: "write" | "read"): Promise<Store> {
  const database = openSqlite(path, mode);
  const { db, raw, close } = database;
  if (mode === "write") await migrateOrClose(db, sqliteColumnTypes, close);
  return {
    engine: "sqlite",
    ...queriesOver(db, "none"),
    accept: mode === "write" ? acceptOnSqlite(database) : refuseToAccept,
    transaction: (work) => db.transaction().execute((trx) => work(queriesOver(trx, "none"))),
    watchQueue: (onChange) => watchQueueOnSqlite(raw, onChange),
    isWritable: () =>
      db.connection().execute(async () => {
        raw.exec("begin immediate");
        raw.exec("rollback");
        return true;
      }),
    freeBytes: () => {
      const { bavail, bsize } = statfsSync(dirname(path));
      return bavail * bsize;
    },
    close,
  };
}

async function openOnPostgres(url: string, mode: "write" | "read"): Promise<Store> {
  const { db, pool, close } = await openPostgres(url, mode);
  if (mode === "write") await migrateOrClose(db, postgresColumnTypes, close);
  return {
    engine: "postgres",
    ...queriesOver(db, "skip-locked"),
    accept: mode === "write" ? acceptOnPostgres(pool) : refuseToAccept,
    transaction: (work) =>
      db.transaction().execute(async (trx) => {
        await holdWriteLock(trx);
        return work(queriesOver(trx, "skip-locked"));
      }),
    watchQueue: (onChange) => watchQueueOnPostgres(url, onChange),
    isWritable: async () => {
      const { rows } = await sql<{ recovering: boolean }>`select pg_is_in_recovery() as recovering`.execute(db);
      return rows[0]?.recovering === false;
    },
    freeBytes: () => null,
    close,
  };
}

function queriesOver(db: Kysely<Schema>, locking: "skip-locked" | "none"): StoreQueries {
  return {
    deliveries: deliveryQueries(db, locking),
    events: eventQueries(db, locking),
    decisions: decisionQueries(db),
    repositories: repositoryQueries(db),
    pullRequests: pullRequestQueries(db),
    ciRuns: ciRunQueries(db),
    commits: commitQueries(db),
    reverts: revertQueries(db),
    workflows: workflowQueries(db),
    commands: commandQueries(db),
    commandClaims: commandClaimQueries(db, locking),
    commandLeases: commandLeaseQueries(db, locking),
    effects: effectQueries(db),
    auditLog: auditLogQueries(db, locking),
    credentialStandings: credentialStandingQueries(db, locking),
    idempotencyKeys: idempotencyKeyQueries(db),
    reviews: reviewQueries(db),
    findings: findingQueries(db),
  };
}

async function migrateOrClose(
  db: Kysely<Schema>,
  types: typeof sqliteColumnTypes,
  close: () => Promise<void>,
): Promise<void> {
  try {
    await migrate(db, types);
  } catch (error) {
    await close();
    throw error;
  }
}

async function refuseToAccept(): Promise<never> {
  throw new Error("This store was opened for reading");
}

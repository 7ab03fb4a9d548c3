import { createHash } from "node:crypto";
import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import { countRows, mapPage, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

type StoredEntry = Selectable<Schema["audit_log"]>;

export type AuditRow = Omit<StoredEntry, "detail"> & { detail: Record<string, unknown> };

export type NewAuditEntry = {
  at: Instant;
  /** `operator`, `api`, `command 12`. */
  actor: string;
  /** What was done: `command.retry`, `effect.send`. */
  action: string;
  /** What it was done to: `command 12`, `workflow SCRUM-123`. */
  subject: string;
  /** Plain JSON, without secrets. */
  detail: Record<string, unknown>;
};

export type AuditFilter = { subject?: string; actor?: string };

/** Where a check of the chain stands: after which entry it goes on, and with which hash. */
export type AuditPosition = { id: number; hash: string };

/** Where the log ends, as it was noted with its last entry, and how many entries there were by then. */
export type AuditHead = AuditPosition & { entries: number };

/** How far a check came. `broken` is the first entry that does not follow from the one before it, or is not what it was. */
export type AuditCheck = {
  checked: number;
  position: AuditPosition;
  isAtEnd: boolean;
  broken: { id: number; because: string } | null;
};

export type AuditLogQueries = ReturnType<typeof auditLogQueries>;

/** Before the first entry. */
export const auditStart: AuditPosition = { id: 0, hash: "" };

const entriesMax = 1000;

const headNumber = 1;

/** Any number does, as long as every process takes the same. */
const appendLockKey = 7_305_184_221;

export function auditLogQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
  const filtered = (filter: AuditFilter) => {
    let query = db.selectFrom("audit_log");
    if (filter.subject !== undefined) query = query.where("subject", "=", filter.subject);
    if (filter.actor !== undefined) query = query.where("actor", "=", filter.actor);
    return query;
  };

  return {
    /**
     * Adds an entry behind the newest, in the caller's transaction where there is one. Nobody else adds between: the next waits for the end of this one. It
     * follows the head, not the last row that is there, so that after a cut the chain stays broken.
     */
    async append(entry: NewAuditEntry): Promise<void> {
      if (db.isTransaction) return appendIn(db, entry);
      await db.transaction().execute((trx) => appendIn(trx, entry));
    },

    /** Where the log ends; undefined when somebody took even that away. */
    async head(): Promise<AuditHead | undefined> {
      const row = await db.selectFrom("audit_head").selectAll().where("number", "=", headNumber).executeTakeFirst();
      return row === undefined ? undefined : { id: row.entry_id, hash: row.hash, entries: row.entries };
    },

    /** The entry with this hash. */
    async findByHash(hash: string): Promise<AuditRow | undefined> {
      const row = await db.selectFrom("audit_log").selectAll().where("hash", "=", hash).executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },

    /** Checks the chain from a position on, a page at a time. What was cut off at the very end is missed by the head, not by the chain. */
    async check(from: AuditPosition, limit: number): Promise<AuditCheck> {
      const rows = await db
        .selectFrom("audit_log")
        .selectAll()
        .where("id", ">", from.id)
        .orderBy("id")
        .limit(limit)
        .execute();
      let position = from;
      for (const [index, row] of rows.entries()) {
        const because = faultOf(row, position.hash);
        if (because !== null) return { checked: index, position, isAtEnd: false, broken: { id: row.id, because } };
        position = { id: row.id, hash: row.hash };
      }
      return { checked: rows.length, position, isAtEnd: rows.length < limit, broken: null };
    },

    /** What was done to any of these, first to last; of very many entries the newest. */
    async ofSubjects(subjects: string[]): Promise<AuditRow[]> {
      if (subjects.length === 0) return [];
      const rows = await db
        .selectFrom("audit_log")
        .selectAll()
        .where("subject", "in", subjects)
        .orderBy("id", "desc")
        .limit(entriesMax)
        .execute();
      return rows.map(read).toReversed();
    },

    async list(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>> {
      return mapPage(await readPage(filtered(filter).selectAll(), page), read);
    },

    count(filter: AuditFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<AuditRow | undefined> {
      const row = await db.selectFrom("audit_log").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },
  };

  async function appendIn(trx: Kysely<Schema>, { detail, ...entry }: NewAuditEntry): Promise<void> {
    if (locking === "skip-locked") await sql`select pg_advisory_xact_lock(${appendLockKey}::bigint)`.execute(trx);
    const head = await trx.selectFrom("audit_head").select("hash").where("number", "=", headNumber).executeTakeFirst();
    const last = head ?? (await lastEntry(trx));
    const columns = { ...entry, detail: JSON.stringify(detail), previous_hash: last?.hash ?? auditStart.hash };
    const hash = hashOf(columns);
    const { id } = await trx
      .insertInto("audit_log")
      .values({ ...columns, hash })
      .returning("id")
      .executeTakeFirstOrThrow();
    // A head that was taken away does not come back by itself: that it is missing must be seen.
    await trx
      .updateTable("audit_head")
      .set({ entry_id: id, hash, entries: sql<number>`entries + 1` })
      .where("number", "=", headNumber)
      .execute();
  }
}

function lastEntry(trx: Kysely<Schema>): Promise<{ hash: string } | undefined> {
  return trx.selectFrom("audit_log").select("hash").orderBy("id", "desc").limit(1).executeTakeFirst();
}

function faultOf(row: StoredEntry, previousHash: string): string | null {
  if (row.previous_hash !== previousHash)
    return "It does not follow from the entry before it: one was taken out or slipped in.";
  return row.hash === hashOf(row) ? null : "It is not what it was when it was written.";
}

/** Over the columns as one JSON text: each has its place, so that no two entries have the same. */
function hashOf(entry: Omit<StoredEntry, "id" | "hash">): string {
  const { previous_hash, at, actor, action, subject, detail } = entry;
  return createHash("sha256")
    .update(JSON.stringify([previous_hash, at, actor, action, subject, detail]))
    .digest("hex");
}

function read({ detail, ...row }: StoredEntry): AuditRow {
  return { ...row, detail: JSON.parse(detail) as Record<string, unknown> };
}

import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { DeliveryState, WebhookProvider } from "../domain/delivery.ts";
import { type BodyEncoding, openPiece } from "./body-pieces.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

/** A delivery without its body, headers and lease: what lists show. */
export type DeliveryRow = Pick<
  Selectable<Schema["deliveries"]>,
  | "id"
  | "source"
  | "provider"
  | "hook_id"
  | "delivery_id"
  | "event"
  | "state"
  | "secret_used"
  | "body_bytes"
  | "received_at"
  | "digested_at"
  | "digest_attempts"
  | "duplicate_count"
  | "dead_code"
  | "dead_reason"
>;

/** A delivery whole, the body as the bytes that came. */
export type DeliveryWithBody = DeliveryRow & {
  content_type: "application/json" | "application/x-www-form-urlencoded";
  headers: Record<string, string>;
  body: Uint8Array;
};

/** A delivery in the hands of a digester. No body where what was stored has been damaged on the disk. */
export type ClaimedDelivery = Omit<DeliveryWithBody, "body"> & { body: Uint8Array | null };

export type DeliveryFilter = { state?: DeliveryState; source?: string };

export type DigestClaim = {
  limit: number;
  bodyBytesMax: number;
  /** A delivery that was claimed so often without an end is claimed alone: it may be what ended its digesters, and must not take others along. */
  attemptsTogetherMax: number;
  owner: string;
  now: Instant;
  leaseUntil: Instant;
  /** Nobody gives a lease this long: one that ends later was given by a clock that has since been set back, and holds no longer. */
  leaseUntilMax: Instant;
};

export type DeliveryQueries = ReturnType<typeof deliveryQueries>;

export function deliveryQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
  // Deliveries of one batch are mostly claimed one after the other, and share a piece.
  let latest: { id: number; bytes: Uint8Array | null } | null = null;

  const filtered = (filter: DeliveryFilter) => {
    let query = db.selectFrom("deliveries");
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.source !== undefined) query = query.where("source", "=", filter.source);
    return query;
  };

  /** The bytes of these pieces; null for one that is damaged. */
  async function readPieces(ids: number[]): Promise<Map<number, Uint8Array | null>> {
    const found = new Map<number, Uint8Array | null>(latest === null ? [] : [[latest.id, latest.bytes]]);
    const missing = [...new Set(ids)].filter((id) => !found.has(id));
    if (missing.length > 0) {
      const rows = await db
        .selectFrom("delivery_bodies")
        .select(["id", "encoding", "content"])
        .where("id", "in", missing)
        .execute();
      for (const row of rows) found.set(row.id, bytesIfWhole(row));
    }
    const last = Math.max(...ids);
    latest = { id: last, bytes: found.get(last) ?? null };
    return found;
  }

  return {
    /**
     * Takes the oldest deliveries that wait, for one digester until its lease ends; another digester's are passed over. As many as fit into the bytes that
     * one batch may hold in memory, at least one; one that is under suspicion goes alone. Counts an attempt, so
     * that a body which ends the process is known after the restart. A claim whose owner died is claimed again when the lease has run out. Safe to
     * call by several processes at once: each delivery goes to one of them.
     */
    async claim(claim: DigestClaim): Promise<ClaimedDelivery[]> {
      // Who claims at the same time waits for nobody and gets the next ones. SQLite has one writer at a time, and no word for this.
      const passOverLocked = locking === "skip-locked" ? sql`for update skip locked` : sql``;
      const { rows } = await sql<StoredDelivery>`
        with waiting as (
          select id, body_bytes, digest_attempts from deliveries
          where state = 'received'
            and (digest_lease_until_at is null or digest_lease_until_at < ${claim.now} or digest_lease_until_at > ${claim.leaseUntilMax})
          order by id limit ${claim.limit} ${passOverLocked}
        ), counted as (
          select id, row_number() over so_far as position, sum(body_bytes) over so_far as bytes,
            sum(case when digest_attempts >= ${claim.attemptsTogetherMax} then 1 else 0 end) over so_far as suspects
          from waiting window so_far as (order by id)
        )
        update deliveries set digest_attempts = digest_attempts + 1, digest_owner = ${claim.owner}, digest_lease_until_at = ${claim.leaseUntil}
        where id in (select id from counted where position = 1 or (bytes <= ${claim.bodyBytesMax} and suspects = 0))
        returning ${sql.join([...listColumns, ...bodyColumns].map((column) => sql.ref(column)))}`.execute(db);
      if (rows.length === 0) return [];
      const pieces = await readPieces(rows.map((row) => row.body_id));
      return rows
        .map((row) => claimedDelivery(row, bodyIn(pieces.get(row.body_id) ?? null, row)))
        .toSorted((a, b) => a.id - b.id);
    },

    /** Ends leases of processes that are known to be gone, so that nobody waits for them to run out. */
    async releaseLeases(owners: string[]): Promise<void> {
      if (owners.length === 0) return;
      await db
        .updateTable("deliveries")
        .set({ digest_owner: null, digest_lease_until_at: null })
        .where("state", "=", "received")
        .where("digest_owner", "in", owners)
        .execute();
    },

    /** Says how often these were tried as far as it counts, when what went wrong may have been no fault of theirs. Their leases run on. */
    async setAttempts(ids: number[], owner: string, attempts: number): Promise<void> {
      if (ids.length === 0) return;
      await db
        .updateTable("deliveries")
        .set({ digest_attempts: attempts })
        .where("id", "in", ids)
        .where("state", "=", "received")
        .where("digest_owner", "=", owner)
        .execute();
    },

    async leaseOwners(): Promise<string[]> {
      const rows = await db
        .selectFrom("deliveries")
        .select("digest_owner")
        .distinct()
        .where("state", "=", "received")
        .where("digest_owner", "is not", null)
        .execute();
      return rows.flatMap((row) => (row.digest_owner === null ? [] : [row.digest_owner]));
    },

    /** Which of these still wait for their end. Until the caller's transaction is over, nobody else can end them. */
    async hold(ids: number[]): Promise<Set<number>> {
      if (ids.length === 0) return new Set();
      const waiting = db.selectFrom("deliveries").select("id").where("id", "in", ids).where("state", "=", "received");
      const rows = await (locking === "skip-locked" ? waiting.forUpdate() : waiting).execute();
      return new Set(rows.map((row) => row.id));
    },

    /** Ends deliveries as understood. One that has ended already stays as it is. */
    async markDigested(ids: number[], at: Instant): Promise<void> {
      if (ids.length === 0) return;
      await db
        .updateTable("deliveries")
        .set({
          state: "digested",
          digested_at: at,
          dead_code: null,
          dead_reason: null,
          digest_owner: null,
          digest_lease_until_at: null,
        })
        .where("id", "in", ids)
        .where("state", "=", "received")
        .execute();
    },

    /** Sets a delivery aside with its reason, to be seen and replayed. One that has ended already stays as it is. */
    async markDead(id: number, at: Instant, code: string, reason: string): Promise<void> {
      await db
        .updateTable("deliveries")
        .set({
          state: "dead",
          digested_at: at,
          dead_code: code,
          dead_reason: reason,
          digest_owner: null,
          digest_lease_until_at: null,
        })
        .where("id", "=", id)
        .where("state", "=", "received")
        .execute();
    },

    /** Puts a delivery back to the start of its life, whatever became of it. What it says is joined, not added, so this is safe at any time. */
    async markReceived(id: number): Promise<boolean> {
      const result = await db
        .updateTable("deliveries")
        .set({
          state: "received",
          digest_attempts: 0,
          digest_owner: null,
          digest_lease_until_at: null,
          digested_at: null,
          dead_code: null,
          dead_reason: null,
        })
        .where("id", "=", id)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    list(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRow>> {
      return readPage(filtered(filter).select([...listColumns]), page);
    },

    count(filter: DeliveryFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<DeliveryWithBody | undefined> {
      const row = await db
        .selectFrom("deliveries")
        .select([...listColumns, ...bodyColumns])
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const piece = await db
        .selectFrom("delivery_bodies")
        .select(["encoding", "content"])
        .where("id", "=", row.body_id)
        .executeTakeFirstOrThrow();
      return { ...claimedDelivery(row, null), body: bodyIn(openPiece(piece), row) };
    },

    /** The rows with this delivery id of the sender's; several hooks may share one. */
    async findByDeliveryId(deliveryId: string): Promise<DeliveryRow[]> {
      return db
        .selectFrom("deliveries")
        .select([...listColumns])
        .where("delivery_id", "=", deliveryId)
        .orderBy("id")
        .limit(20)
        .execute();
    },

    /** Counts by minute (`2026-01-02T03:04`) of what was set aside, for the activity picture. */
    async countDeadByMinute(from: Instant): Promise<{ minute: string; count: number }[]> {
      const { rows } = await sql<{ minute: string; count: number }>`
        select substr(received_at, 1, 16) as minute, count(*) as count from deliveries where state = 'dead' and received_at >= ${from} group by substr(received_at, 1, 16)`.execute(
        db,
      );
      return rows;
    },

    /** When each source was last heard. */
    async lastReceivedBySource(): Promise<{ source: string; last_delivery_at: Instant }[]> {
      const { rows } = await sql<{
        source: string;
        last_delivery_at: Instant;
      }>`select source, max(received_at) as last_delivery_at from deliveries group by source`.execute(db);
      return rows;
    },

    async lastId(): Promise<number> {
      const row = await db
        .selectFrom("deliveries")
        .select((eb) => eb.fn.max("id").as("id"))
        .executeTakeFirst();
      return row?.id ?? 0;
    },
  };
}

const listColumns = [
  "id",
  "source",
  "provider",
  "hook_id",
  "delivery_id",
  "event",
  "state",
  "secret_used",
  "body_bytes",
  "received_at",
  "digested_at",
  "digest_attempts",
  "duplicate_count",
  "dead_code",
  "dead_reason",
] as const satisfies (keyof DeliveryRow)[];

const bodyColumns = ["content_type", "headers", "body_id", "body_from"] as const;

type StoredDelivery = DeliveryRow & { content_type: string; headers: string; body_id: number; body_from: number };

function claimedDelivery(
  { body_id: _bodyId, body_from: _bodyFrom, ...row }: StoredDelivery,
  body: Uint8Array | null,
): ClaimedDelivery {
  return {
    ...row,
    provider: row.provider satisfies WebhookProvider,
    content_type: row.content_type as DeliveryWithBody["content_type"],
    headers: JSON.parse(row.headers) as Record<string, string>,
    body,
  };
}

function bodyIn<Piece extends Uint8Array | null>(
  piece: Piece,
  { body_from: from, body_bytes: bytes }: StoredDelivery,
): Piece {
  return (piece?.subarray(from, from + bytes) ?? null) as Piece;
}

function bytesIfWhole(piece: { encoding: BodyEncoding; content: Uint8Array }): Uint8Array | null {
  try {
    return openPiece(piece);
  } catch {
    return null;
  }
}

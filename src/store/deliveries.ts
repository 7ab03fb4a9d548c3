import { type ExpressionBuilder, type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { DeliveryState, WebhookProvider } from "../domain/delivery.ts";
import { decodeBody } from "./body-encoding.ts";
import { countMax, type Page, pageOf, type PageRequest } from "./page.ts";
import type { Schema } from "./schema.ts";

/** A delivery without its body, headers and lease: what lists show. */
export type DeliveryRow = Pick<
  Selectable<Schema["deliveries"]>,
  | "id" | "source" | "provider" | "hook_id" | "delivery_id" | "event" | "state" | "secret_used" | "body_bytes" | "received_at" | "digested_at"
  | "digest_attempts" | "duplicate_count" | "dead_code" | "dead_reason"
>;

/** A delivery whole, the body as the bytes that came. */
export type DeliveryWithBody = DeliveryRow & { content_type: "application/json" | "application/x-www-form-urlencoded"; headers: Record<string, string>; body: Uint8Array };

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
  return {
    /**
     * Takes the oldest deliveries that wait, for one digester until its lease ends; another digester's are passed over. Counts an attempt, so
     * that a body which ends the process is known after the restart. A claim whose owner died is claimed again when the lease has run out. Safe to
     * call by several processes at once: each delivery goes to one of them.
     */
    async claim(claim: DigestClaim): Promise<DeliveryWithBody[]> {
      const waiting = await oldestWaiting(db, claim);
      if (waiting.length === 0) return [];
      const claimed = await db
        .updateTable("deliveries")
        .set((eb) => ({ digest_attempts: eb("digest_attempts", "+", 1), digest_owner: claim.owner, digest_lease_until_at: claim.leaseUntil }))
        .where("id", "in", (eb) => {
          const free = eb.selectFrom("deliveries").select("id").where("id", "in", waiting).where("state", "=", "received").where((inner) => leaseIsFree(inner, claim));
          return locking === "skip-locked" ? free.forUpdate().skipLocked() : free;
        })
        .returning([...listColumns, "content_type", "headers", "body", "body_encoding"])
        .execute();
      return claimed.map(withBody).sort((a, b) => a.id - b.id);
    },

    /** Ends leases of processes that are known to be gone, so that nobody waits for them to run out. */
    async releaseLeases(owners: string[]): Promise<void> {
      if (owners.length === 0) return;
      await db.updateTable("deliveries").set({ digest_owner: null, digest_lease_until_at: null }).where("state", "=", "received").where("digest_owner", "in", owners).execute();
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
      const rows = await db.selectFrom("deliveries").select("digest_owner").distinct().where("state", "=", "received").where("digest_owner", "is not", null).execute();
      return rows.flatMap((row) => (row.digest_owner === null ? [] : [row.digest_owner]));
    },

    /** Ends a delivery as understood. False when another digester was faster: then the caller must not keep what it did. */
    async markDigested(id: number, at: Instant): Promise<boolean> {
      return settle({ id, state: "digested", digested_at: at, dead_code: null, dead_reason: null });
    },

    /** Sets a delivery aside with its reason; it stays to be seen and replayed. */
    async markDead(id: number, at: Instant, code: string, reason: string): Promise<boolean> {
      return settle({ id, state: "dead", digested_at: at, dead_code: code, dead_reason: reason });
    },

    /** Puts a delivery back to the start of its life, whatever became of it. What it says is joined, not added, so this is safe at any time. */
    async markReceived(id: number): Promise<boolean> {
      const result = await db
        .updateTable("deliveries")
        .set({ state: "received", digest_attempts: 0, digest_owner: null, digest_lease_until_at: null, digested_at: null, dead_code: null, dead_reason: null })
        .where("id", "=", id)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },

    async list(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliveryRow>> {
      let query = db.selectFrom("deliveries").select([...listColumns]).orderBy("id", "desc").limit(page.limit + 1);
      if (filter.state !== undefined) query = query.where("state", "=", filter.state);
      if (filter.source !== undefined) query = query.where("source", "=", filter.source);
      if (page.after !== null) query = query.where("id", "<", page.after.id);
      return pageOf(await query.execute(), page.limit, () => null);
    },

    async count(filter: DeliveryFilter): Promise<number> {
      let query = db.selectFrom("deliveries").select("id").limit(countMax);
      if (filter.state !== undefined) query = query.where("state", "=", filter.state);
      if (filter.source !== undefined) query = query.where("source", "=", filter.source);
      const row = await db.selectFrom(query.as("rows")).select((eb) => eb.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
      return Number(row.count);
    },

    async get(id: number): Promise<DeliveryWithBody | undefined> {
      const row = await db.selectFrom("deliveries").select([...listColumns, "content_type", "headers", "body", "body_encoding"]).where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : withBody(row);
    },

    /** The rows with this delivery id of the sender's; several hooks may share one. */
    async findByDeliveryId(deliveryId: string): Promise<DeliveryRow[]> {
      return db.selectFrom("deliveries").select([...listColumns]).where("delivery_id", "=", deliveryId).orderBy("id").limit(20).execute();
    },

    /** Counts by minute (`2026-01-02T03:04`) of what was set aside, for the activity picture. */
    async countDeadByMinute(from: Instant): Promise<{ minute: string; count: number }[]> {
      const { rows } = await sql<{ minute: string; count: number }>`
        select substr(received_at, 1, 16) as minute, count(*) as count from deliveries where state = 'dead' and received_at >= ${from} group by substr(received_at, 1, 16)`.execute(db);
      return rows.map((row) => ({ ...row, count: Number(row.count) }));
    },

    /** When each source was last heard. */
    async lastReceivedBySource(): Promise<{ source: string; last_delivery_at: Instant }[]> {
      const { rows } = await sql<{ source: string; last_delivery_at: Instant }>`select source, max(received_at) as last_delivery_at from deliveries group by source`.execute(db);
      return rows;
    },

    async lastId(): Promise<number> {
      const row = await db.selectFrom("deliveries").select((eb) => eb.fn.max("id").as("id")).executeTakeFirst();
      return Number(row?.id ?? 0);
    },
  };

  async function settle(end: { id: number; state: "digested" | "dead"; digested_at: Instant; dead_code: string | null; dead_reason: string | null }): Promise<boolean> {
    const { id, ...columns } = end;
    const result = await db
      .updateTable("deliveries")
      .set({ ...columns, digest_owner: null, digest_lease_until_at: null })
      .where("id", "=", id)
      .where("state", "=", "received")
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }
}

const listColumns = [
  "id", "source", "provider", "hook_id", "delivery_id", "event", "state", "secret_used", "body_bytes", "received_at", "digested_at",
  "digest_attempts", "duplicate_count", "dead_code", "dead_reason",
] as const satisfies (keyof DeliveryRow)[];

/** As many of the oldest as fit into the bytes that one batch may hold in memory, at least one; one that is under suspicion goes alone. */
async function oldestWaiting(db: Kysely<Schema>, claim: DigestClaim): Promise<number[]> {
  const rows = await db
    .selectFrom("deliveries")
    .select(["id", "body_bytes", "digest_attempts"])
    .where("state", "=", "received")
    .where((eb) => leaseIsFree(eb, claim))
    .orderBy("id")
    .limit(claim.limit)
    .execute();
  const ids: number[] = [];
  let bytes = 0;
  for (const row of rows) {
    const isSuspect = row.digest_attempts >= claim.attemptsTogetherMax;
    bytes += row.body_bytes;
    if (ids.length > 0 && (isSuspect || bytes > claim.bodyBytesMax)) break;
    ids.push(row.id);
    if (isSuspect) break;
  }
  return ids;
}

function leaseIsFree(eb: ExpressionBuilder<Schema, "deliveries">, { now, leaseUntilMax }: DigestClaim) {
  return eb.or([eb("digest_lease_until_at", "is", null), eb("digest_lease_until_at", "<", now), eb("digest_lease_until_at", ">", leaseUntilMax)]);
}

type StoredDelivery = DeliveryRow & { content_type: string; headers: string; body: Uint8Array; body_encoding: "zstd" | "identity" };

function withBody({ body_encoding, ...row }: StoredDelivery): DeliveryWithBody {
  return {
    ...row,
    provider: row.provider satisfies WebhookProvider,
    content_type: row.content_type as DeliveryWithBody["content_type"],
    headers: JSON.parse(row.headers) as Record<string, string>,
    body: decodeBody(row.body, body_encoding),
  };
}

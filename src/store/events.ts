import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import { holdWriteLock } from "./postgres/open.ts";
import type { Schema } from "./schema.ts";

/** An event with what its repository is called today. */
export type EventRow = Omit<Selectable<Schema["events"]>, "event_key" | "actor_is_bot"> & { repo_slug: string | null };

/** What an operator asked for has no forge that numbers who did it. */
export type NewEvent = Omit<Selectable<Schema["events"]>, "id" | "actor_id" | "actor_is_bot"> & {
  actor_id?: string | null;
  /** 1 for one that says so of itself. */
  actor_is_bot?: number;
};

export type EventFilter = { repo?: string; kind?: string; deliveryId?: number };

export type EventQueries = ReturnType<typeof eventQueries>;

export function eventQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
  const withRepository = () =>
    db.selectFrom("events").leftJoin("repositories", "repositories.id", "events.repository_id");
  const filtered = (filter: EventFilter) => {
    let query = withRepository();
    if (filter.repo !== undefined) query = query.where("repositories.slug_key", "=", filter.repo.toLowerCase());
    if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
    if (filter.deliveryId !== undefined) query = query.where("delivery_id", "=", filter.deliveryId);
    return query;
  };

  return {
    /**
     * Records an event once by its key. Says whether it is new, and which row has it. Numbers become visible in their order: who has read up to one has missed
     * none below it. Therefore an event is added only where no other can be added until this one's transaction has ended, in a transaction of the store or,
     * without the caller's, in one of its own that is as exclusive.
     */
    async add(event: NewEvent): Promise<{ id: number; isNew: boolean }> {
      if (db.isTransaction) return addIn(db, event);
      return db.transaction().execute(async (trx) => {
        if (locking === "skip-locked") await holdWriteLock(trx);
        return addIn(trx, event);
      });
    },

    list(filter: EventFilter, page: PageRequest): Promise<Page<EventRow>> {
      return readPage(filtered(filter).select([...listColumns]), page, { number: "events.id" });
    },

    count(filter: EventFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    /** What happened to a pull request, first to last; of very much the newest. */
    async ofPullRequest(
      repository: { forge: string; host: string; forgeId: string },
      number: number,
    ): Promise<{ kind: string; commit_sha: string | null; actor: string | null; actor_is_bot: number }[]> {
      const rows = await db
        .selectFrom("events")
        .innerJoin("repositories", "repositories.id", "events.repository_id")
        .select(["kind", "commit_sha", "actor", "actor_is_bot"])
        .where("forge", "=", repository.forge as "github" | "gitlab")
        .where("host", "=", repository.host)
        .where("forge_id", "=", repository.forgeId)
        .where("subject_kind", "=", "pull-request")
        .where("subject_ref", "=", String(number))
        .orderBy("events.id", "desc")
        .limit(ofPullRequestMax)
        .execute();
      return rows.toReversed();
    },

    async get(id: number): Promise<EventRow | undefined> {
      return withRepository()
        .select([...listColumns])
        .where("events.id", "=", id)
        .executeTakeFirst();
    },

    /** What came after, oldest first: the live stream reads on from where it stopped, and misses nothing by that; see `add`. */
    async since(id: number, limit: number): Promise<EventRow[]> {
      return withRepository()
        .select([...listColumns])
        .where("events.id", ">", id)
        .orderBy("events.id")
        .limit(limit)
        .execute();
    },

    async lastId(): Promise<number> {
      const row = await db
        .selectFrom("events")
        .select((eb) => eb.fn.max("id").as("id"))
        .executeTakeFirst();
      return row?.id ?? 0;
    },

    /** Counts by kind and minute (`2026-01-02T03:04`, a cut of the stored text), for the activity picture to add up. */
    async countByMinute(from: Instant): Promise<{ minute: string; kind: string; count: number }[]> {
      const { rows } = await sql<{ minute: string; kind: string; count: number }>`
        select substr(recorded_at, 1, 16) as minute, kind, count(*) as count from events where recorded_at >= ${from} group by substr(recorded_at, 1, 16), kind`.execute(
        db,
      );
      return rows;
    },
  };
}

async function addIn(trx: Kysely<Schema>, event: NewEvent): Promise<{ id: number; isNew: boolean }> {
  const inserted = await trx
    .insertInto("events")
    .values(event)
    .onConflict((conflict) => conflict.column("event_key").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (inserted !== undefined) return { id: inserted.id, isNew: true };
  const stored = await trx
    .selectFrom("events")
    .select("id")
    .where("event_key", "=", event.event_key)
    .executeTakeFirstOrThrow();
  return { id: stored.id, isNew: false };
}

const ofPullRequestMax = 1000;

const listColumns = [
  "events.id",
  "delivery_id",
  "kind",
  "repository_id",
  "subject_kind",
  "subject_ref",
  "commit_sha",
  "actor",
  "actor_id",
  "occurred_at",
  "events.recorded_at",
  "summary",
  "repositories.slug as repo_slug",
] as const;

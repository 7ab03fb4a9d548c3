import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import { countMax, type Page, pageOf, type PageRequest } from "./page.ts";
import type { Schema } from "./schema.ts";

export type CommitRow = Selectable<Schema["commits"]>;

export type CommitFilter = { repositoryId?: number; since?: Instant };

export type CommitQueries = ReturnType<typeof commitQueries>;

export function commitQueries(db: Kysely<Schema>) {
  return {
    async findAll(repositoryId: number, shas: string[]): Promise<CommitRow[]> {
      if (shas.length === 0) return [];
      return db.selectFrom("commits").selectAll().where("repository_id", "=", repositoryId).where("sha", "in", shas).execute();
    },

    /** Those whose SHA starts so; forges shorten them. */
    async findByPrefix(repositoryId: number, prefix: string): Promise<CommitRow[]> {
      return db.selectFrom("commits").selectAll().where("repository_id", "=", repositoryId).where("sha", ">=", prefix).where("sha", "<", `${prefix}g`).limit(3).execute();
    },

    /** Those that came to the default branch by the push of this head. */
    async landedBy(repositoryId: number, headShas: string[]): Promise<CommitRow[]> {
      if (headShas.length === 0) return [];
      return db.selectFrom("commits").selectAll().where("repository_id", "=", repositoryId).where("landed_by_sha", "in", headShas).limit(3000).execute();
    },

    /** A commit never changes but in where it has been seen: a second call with the same commits changes nothing. */
    async add(commits: Omit<CommitRow, "id" | "reverted_at" | "landed_at" | "landed_by_sha">[]): Promise<void> {
      for (let start = 0; start < commits.length; start += 200) {
        await db.insertInto("commits").values(commits.slice(start, start + 200)).onConflict((conflict) => conflict.columns(["repository_id", "sha"]).doNothing()).execute();
      }
    },

    async setLanded(id: number, landedAt: Instant, landedBySha: string): Promise<void> {
      await db.updateTable("commits").set({ landed_at: landedAt, landed_by_sha: landedBySha }).where("id", "=", id).execute();
    },

    async setReverted(id: number, revertedAt: Instant | null): Promise<void> {
      await db.updateTable("commits").set({ reverted_at: revertedAt }).where("id", "=", id).execute();
    },

    async list(filter: CommitFilter, page: PageRequest): Promise<Page<CommitRow>> {
      let query = db.selectFrom("commits").selectAll().orderBy("committed_at", "desc").orderBy("id", "desc").limit(page.limit + 1);
      if (filter.repositoryId !== undefined) query = query.where("repository_id", "=", filter.repositoryId);
      if (filter.since !== undefined) query = query.where("committed_at", ">=", filter.since);
      const { after } = page;
      if (after !== null) query = query.where((eb) => eb.or([eb("committed_at", "<", after.value ?? ""), eb.and([eb("committed_at", "=", after.value ?? ""), eb("id", "<", after.id)])]));
      return pageOf(await query.execute(), page.limit, (row) => row.committed_at);
    },

    async count(filter: CommitFilter): Promise<number> {
      let query = db.selectFrom("commits").select("id").limit(countMax);
      if (filter.repositoryId !== undefined) query = query.where("repository_id", "=", filter.repositoryId);
      if (filter.since !== undefined) query = query.where("committed_at", ">=", filter.since);
      const row = await db.selectFrom(query.as("rows")).select((eb) => eb.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
      return Number(row.count);
    },

    async get(id: number): Promise<CommitRow | undefined> {
      return db.selectFrom("commits").selectAll().where("id", "=", id).executeTakeFirst();
    },
  };
}

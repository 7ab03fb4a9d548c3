import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { CiRunKind, CiRunStatus } from "../domain/fact.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

export type StoredCiRun = Selectable<Schema["ci_runs"]>;

/** A run without the payload and the joining machinery: what lists show. */
export type CiRunRow = Omit<StoredCiRun, "registers" | "raw_json">;

/** What a join starts from. The payload stays where it is until another takes its place. */
export type JoinedCiRun = CiRunRow & { registers: string };

export type CiRunFilter = { repo?: string; commitSha?: string; status?: CiRunStatus; since?: Instant };

export type CiRunKey = { repositoryId: number; provider: string; kind: CiRunKind; runId: string; runAttempt: number };

export type CiRunQueries = ReturnType<typeof ciRunQueries>;

export function ciRunQueries(db: Kysely<Schema>) {
  const filtered = (filter: CiRunFilter) => {
    let query = db.selectFrom("ci_runs");
    const { repo } = filter;
    if (repo !== undefined)
      query = query.where("repository_id", "in", (eb) =>
        eb.selectFrom("repositories").select("repositories.id").where("slug_key", "=", repo.toLowerCase()),
      );
    if (filter.commitSha !== undefined)
      query = query.where("commit_sha", ">=", filter.commitSha).where("commit_sha", "<", `${filter.commitSha}g`);
    if (filter.status !== undefined) query = query.where("status", "=", filter.status);
    if (filter.since !== undefined) query = query.where("updated_at", ">=", filter.since);
    return query;
  };

  return {
    async find(key: CiRunKey): Promise<JoinedCiRun | undefined> {
      return db
        .selectFrom("ci_runs")
        .select([...listColumns, "registers"])
        .where("repository_id", "=", key.repositoryId)
        .where("provider", "=", key.provider)
        .where("kind", "=", key.kind)
        .where("run_id", "=", key.runId)
        .where("run_attempt", "=", key.runAttempt)
        .executeTakeFirst();
    },

    async add(row: Omit<StoredCiRun, "id">): Promise<void> {
      await db.insertInto("ci_runs").values(row).execute();
    },

    /** Writes what the join has made of a row that was read in the same transaction. */
    async update(id: number, row: Partial<Omit<StoredCiRun, "id">>): Promise<void> {
      await db.updateTable("ci_runs").set(row).where("id", "=", id).execute();
    },

    async remove(id: number): Promise<void> {
      await db.deleteFrom("ci_runs").where("id", "=", id).execute();
    },

    /** Runs that both repositories have, because they were told of it under two names: the one's row with the other's. */
    async toldTwice(repositoryId: number, otherId: number): Promise<{ one: StoredCiRun; other: StoredCiRun }[]> {
      const pairs = await db
        .selectFrom("ci_runs as one")
        .innerJoin("ci_runs as other", (join) =>
          join
            .onRef("other.provider", "=", "one.provider")
            .onRef("other.kind", "=", "one.kind")
            .onRef("other.run_id", "=", "one.run_id")
            .onRef("other.run_attempt", "=", "one.run_attempt"),
        )
        .select(["one.id as one_id", "other.id as other_id"])
        .where("one.repository_id", "=", repositoryId)
        .where("other.repository_id", "=", otherId)
        .execute();
      const get = (id: number) => db.selectFrom("ci_runs").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
      const rows = [];
      for (const { one_id, other_id } of pairs) rows.push({ one: await get(one_id), other: await get(other_id) });
      return rows;
    },

    /** Gives all runs of one repository to another, which has none of them. */
    async moveAll(fromId: number, to: { id: number; slug: string }): Promise<void> {
      await db
        .updateTable("ci_runs")
        .set({ repository_id: to.id, repo_slug: to.slug })
        .where("repository_id", "=", fromId)
        .execute();
    },

    /** All runs on these commits, whatever the repository: the caller matches repository and commit. */
    async onCommits(shas: string[]): Promise<CiRunRow[]> {
      if (shas.length === 0) return [];
      return db
        .selectFrom("ci_runs")
        .select([...listColumns])
        .where("commit_sha", "in", shas)
        .orderBy("updated_at", "desc")
        .limit(5000)
        .execute();
    },

    list(filter: CiRunFilter, page: PageRequest): Promise<Page<CiRunRow>> {
      return readPage(filtered(filter).select([...listColumns]), page, { value: "updated_at" });
    },

    count(filter: CiRunFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<StoredCiRun | undefined> {
      return db.selectFrom("ci_runs").selectAll().where("id", "=", id).executeTakeFirst();
    },

    /** How the runs that finished since then ended. */
    async countFinishedSince(since: Instant): Promise<{ status: CiRunStatus; count: number }[]> {
      const rows = await db
        .selectFrom("ci_runs")
        .select(["status", (eb) => eb.fn.countAll<number>().as("count")])
        .where("updated_at", ">=", since)
        .where("status", "in", ["success", "failure"])
        .groupBy("status")
        .execute();
      return rows;
    },
  };
}

const listColumns = [
  "id",
  "repository_id",
  "provider",
  "repo_slug",
  "kind",
  "run_id",
  "run_attempt",
  "commit_sha",
  "status",
  "workflow_name",
  "branch",
  "event",
  "url",
  "started_ts",
  "completed_ts",
  "updated_at",
  "truth_wanted",
] as const satisfies (keyof CiRunRow)[];

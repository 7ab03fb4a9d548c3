import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";
import { inPieces, startsWithAny } from "./sha-prefix.ts";

export type StoredPullRequest = Selectable<Schema["pr_outcomes"]>;

/** A pull request without the payload and the joining machinery: what lists show. */
export type PullRequestRow = Omit<StoredPullRequest, "registers" | "raw_json">;

/** What a join starts from. The payload stays where it is until another takes its place. */
export type JoinedPullRequest = PullRequestRow & { registers: string };

export type PullRequestFilter = { repo?: string; state?: "open" | "closed" | "merged" | "reverted"; since?: Instant };

export type PullRequestQueries = ReturnType<typeof pullRequestQueries>;

export function pullRequestQueries(db: Kysely<Schema>) {
  const filtered = (filter: PullRequestFilter) => {
    let query = db.selectFrom("pr_outcomes");
    const { repo } = filter;
    if (repo !== undefined)
      query = query.where("repository_id", "in", (eb) =>
        eb.selectFrom("repositories").select("repositories.id").where("slug_key", "=", repo.toLowerCase()),
      );
    if (filter.state === "reverted") query = query.where("reverted_at", "is not", null);
    else if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.since !== undefined) query = query.where("updated_at", ">=", filter.since);
    return query;
  };

  return {
    async find(repositoryId: number, number: number): Promise<JoinedPullRequest | undefined> {
      return db
        .selectFrom("pr_outcomes")
        .select([...listColumns, "registers"])
        .where("repository_id", "=", repositoryId)
        .where("pr_number", "=", number)
        .executeTakeFirst();
    },

    async add(row: Omit<StoredPullRequest, "id" | "reverted_at">): Promise<void> {
      await db.insertInto("pr_outcomes").values(row).execute();
    },

    /** Writes what the join has made of a row that was read in the same transaction. */
    async update(id: number, row: Partial<Omit<StoredPullRequest, "id" | "reverted_at">>): Promise<void> {
      await db.updateTable("pr_outcomes").set(row).where("id", "=", id).execute();
    },

    async findMany(repositoryId: number, numbers: number[]): Promise<PullRequestRow[]> {
      return inPieces(numbers, (piece) =>
        db
          .selectFrom("pr_outcomes")
          .select([...listColumns])
          .where("repository_id", "=", repositoryId)
          .where("pr_number", "in", piece)
          .execute(),
      );
    },

    /**
     * Those that were merged as one of these commits, given whole or shortened: by their merge or squash commit, or, where the forge names none because
     * the branch was moved forward only, by their head.
     */
    async mergedByPrefix(repositoryId: number, prefixes: string[]): Promise<PullRequestRow[]> {
      return inPieces(prefixes, (piece) =>
        db
          .selectFrom("pr_outcomes")
          .select([...listColumns])
          .where("repository_id", "=", repositoryId)
          .where((eb) =>
            eb.or([
              startsWithAny(eb, "merge_commit_sha", piece),
              eb.and([
                startsWithAny(eb, "head_sha", piece),
                eb("merge_commit_sha", "is", null),
                eb("state", "=", "merged"),
              ]),
            ]),
          )
          .orderBy("id")
          .execute(),
      );
    },

    async setReverted(id: number, revertedAt: Instant | null): Promise<void> {
      await db.updateTable("pr_outcomes").set({ reverted_at: revertedAt }).where("id", "=", id).execute();
    },

    list(filter: PullRequestFilter, page: PageRequest): Promise<Page<PullRequestRow>> {
      return readPage(filtered(filter).select([...listColumns]), page, { value: "updated_at" });
    },

    count(filter: PullRequestFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<StoredPullRequest | undefined> {
      return db.selectFrom("pr_outcomes").selectAll().where("id", "=", id).executeTakeFirst();
    },

    async countMergedSince(since: Instant): Promise<number> {
      return countOf(db.selectFrom("pr_outcomes").where("merged_at", ">=", since));
    },

    async countRevertedSince(since: Instant): Promise<number> {
      return countOf(db.selectFrom("pr_outcomes").where("reverted_at", ">=", since));
    },
  };

  async function countOf(query: ReturnType<typeof filtered>): Promise<number> {
    const row = await query.select((eb) => eb.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    return row.count;
  }
}

const listColumns = [
  "id",
  "repository_id",
  "provider",
  "repo_slug",
  "pr_number",
  "title",
  "state",
  "merged_at",
  "reverted_at",
  "author",
  "url",
  "draft",
  "base_branch",
  "head_branch",
  "head_sha",
  "merge_commit_sha",
  "commits_count",
  "changed_files_count",
  "opened_at",
  "closed_at",
  "updated_at",
  "truth_wanted",
] as const satisfies (keyof PullRequestRow)[];

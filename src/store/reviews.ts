import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { Coverage, Finding, ReviewVerdict } from "../domain/review.ts";
import { countRows, mapPage, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

type StoredReview = Selectable<Schema["reviews"]>;

/** A review as it was decided, and whether it stands at the forge. `posting` is the poster's own. */
export type ReviewRow = Omit<StoredReview, "coverage" | "findings" | "posting"> & {
  coverage: Coverage;
  findings: Finding[];
  posting: Record<string, unknown>;
};

export type ReviewFilter = {
  verdict?: ReviewVerdict;
  pullRequestKey?: string;
  /** What the repository was called then, in any case. */
  repository?: string;
  number?: number;
  commandId?: number;
  workflowId?: string;
};

export type ReviewQueries = ReturnType<typeof reviewQueries>;

export function reviewQueries(db: Kysely<Schema>) {
  const filtered = (filter: ReviewFilter) => {
    let query = db.selectFrom("reviews");
    if (filter.verdict !== undefined) query = query.where("verdict", "=", filter.verdict);
    if (filter.pullRequestKey !== undefined) query = query.where("pull_request_key", "=", filter.pullRequestKey);
    if (filter.repository !== undefined)
      query = query.where((eb) =>
        eb(eb.fn<string>("lower", ["repository"]), "=", filter.repository?.toLowerCase() ?? ""),
      );
    if (filter.number !== undefined) query = query.where("pr_number", "=", filter.number);
    if (filter.commandId !== undefined) query = query.where("command_id", "=", filter.commandId);
    if (filter.workflowId !== undefined) query = query.where("workflow_id", "=", filter.workflowId);
    return query;
  };

  return {
    async add(review: Omit<ReviewRow, "id">): Promise<{ id: number }> {
      const { coverage, findings, posting, ...rest } = review;
      return db
        .insertInto("reviews")
        .values({
          ...rest,
          coverage: JSON.stringify(coverage),
          findings: JSON.stringify(findings),
          posting: JSON.stringify(posting),
        })
        .returning("id")
        .executeTakeFirstOrThrow();
    },

    /** Says that all of it stands at the forge. */
    async setPosted(id: number, summaryUrl: string | null, at: Instant): Promise<void> {
      await db
        .updateTable("reviews")
        .set({ summary_url: summaryUrl, posted_at: at })
        .where("id", "=", id)
        .where("posted_at", "is", null)
        .execute();
    },

    /** What a command decided last, in whichever attempt. */
    async lastOf(commandId: number): Promise<ReviewRow | undefined> {
      const row = await db
        .selectFrom("reviews")
        .selectAll()
        .where("command_id", "=", commandId)
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },

    async get(id: number): Promise<ReviewRow | undefined> {
      const row = await db.selectFrom("reviews").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },

    async list(filter: ReviewFilter, page: PageRequest): Promise<Page<ReviewRow>> {
      return mapPage(await readPage(filtered(filter).selectAll(), page), read);
    },

    count(filter: ReviewFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    /** How often a pull request was reviewed, and what that cost as far as it is known; the newest of its heads first. */
    async roundsOf(
      pullRequestKey: string,
    ): Promise<{ head_sha: string; ended_at: Instant; cost_micro_usd: number | null }[]> {
      return db
        .selectFrom("reviews")
        .select(["head_sha", "ended_at", "cost_micro_usd"])
        .where("pull_request_key", "=", pullRequestKey)
        .orderBy("id", "desc")
        .limit(roundsMax)
        .execute();
    },

    /** What all reviews since then have cost, as far as it is known. */
    async microUsdSince(since: Instant): Promise<number> {
      const row = await db
        .selectFrom("reviews")
        .select((eb) => eb.fn.sum<number | string | null>("cost_micro_usd").as("cost"))
        .where("ended_at", ">=", since)
        .executeTakeFirstOrThrow();
      return Number(row.cost ?? 0);
    },
  };
}

/** More rounds than any limit allows. */
const roundsMax = 2000;

function read(row: StoredReview): ReviewRow {
  return {
    ...row,
    coverage: JSON.parse(row.coverage) as Coverage,
    findings: JSON.parse(row.findings) as Finding[],
    posting: JSON.parse(row.posting) as Record<string, unknown>,
  };
}

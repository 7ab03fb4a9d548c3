import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";
import { inPieces, startsWithAny } from "./sha-prefix.ts";

type StoredCommit = Selectable<Schema["commits"]>;

/** A commit as pushes listed it. */
export type CommitRow = Omit<StoredCommit, "landed_branch" | "landed_depth" | "landed_with">;

/** By which push a commit came to the default branch. */
export type Landing = {
  landed_at: Instant;
  /** The head that this push moved the branch to. */
  landed_by_sha: string;
  landed_branch: string;
  /** How many commits the push lists behind this one: 0 for its head. */
  landed_depth: number;
  /** How many commits the push had, listed or not. */
  landed_with: number;
};

/** What is needed to tell where a commit belongs and whether it stands. */
export type LandedCommit = Pick<
  StoredCommit,
  | "id"
  | "sha"
  | "subject"
  | "url"
  | "committed_at"
  | "landed_at"
  | "landed_by_sha"
  | "landed_branch"
  | "landed_depth"
  | "landed_with"
  | "reverted_at"
>;

export type NewCommit = Omit<StoredCommit, "id" | "reverted_at">;

export type CommitFilter = { repositoryId?: number; since?: Instant };

export type CommitQueries = ReturnType<typeof commitQueries>;

export function commitQueries(db: Kysely<Schema>) {
  const filtered = (filter: CommitFilter) => {
    let query = db.selectFrom("commits");
    if (filter.repositoryId !== undefined) query = query.where("repository_id", "=", filter.repositoryId);
    if (filter.since !== undefined) query = query.where("committed_at", ">=", filter.since);
    return query;
  };

  return {
    /** Those whose SHA is or starts with one of these; forges shorten them. */
    async findLanded(repositoryId: number, prefixes: string[]): Promise<LandedCommit[]> {
      return inPieces(prefixes, (piece) =>
        db
          .selectFrom("commits")
          .select([...landedColumns])
          .where("repository_id", "=", repositoryId)
          .where((eb) => startsWithAny(eb, "sha", piece))
          .execute(),
      );
    },

    /** Those whose SHA starts so, three at most: more than one means that the prefix names none. */
    async findByPrefix(repositoryId: number, prefix: string): Promise<CommitRow[]> {
      return db
        .selectFrom("commits")
        .select([...listColumns])
        .where("repository_id", "=", repositoryId)
        .where((eb) => startsWithAny(eb, "sha", [prefix]))
        .limit(3)
        .execute();
    },

    /** Those that came to the default branch by the pushes of these heads. */
    async landedBy(repositoryId: number, headShas: string[]): Promise<LandedCommit[]> {
      return inPieces(headShas, (piece) =>
        db
          .selectFrom("commits")
          .select([...landedColumns])
          .where("repository_id", "=", repositoryId)
          .where("landed_by_sha", "in", piece)
          .execute(),
      );
    },

    /** Commits that are not known yet; one that is known stays as it is. */
    async add(commits: NewCommit[]): Promise<void> {
      for (let start = 0; start < commits.length; start += rowsMax) {
        await db
          .insertInto("commits")
          .values(commits.slice(start, start + rowsMax))
          .onConflict((conflict) => conflict.columns(["repository_id", "sha"]).doNothing())
          .execute();
      }
    },

    /** A commit never changes but in where it has been seen. */
    async update(id: number, seen: Partial<Landing & Pick<StoredCommit, "url" | "committed_at">>): Promise<void> {
      await db.updateTable("commits").set(seen).where("id", "=", id).execute();
    },

    async setReverted(id: number, revertedAt: Instant | null): Promise<void> {
      await db.updateTable("commits").set({ reverted_at: revertedAt }).where("id", "=", id).execute();
    },

    list(filter: CommitFilter, page: PageRequest): Promise<Page<CommitRow>> {
      return readPage(filtered(filter).select([...listColumns]), page, { value: "committed_at" });
    },

    count(filter: CommitFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<CommitRow | undefined> {
      return db
        .selectFrom("commits")
        .select([...listColumns])
        .where("id", "=", id)
        .executeTakeFirst();
    },
  };
}

/** Each row has 14 parameters; both databases take more than twice as many as this makes. */
const rowsMax = 500;

const listColumns = [
  "id",
  "repository_id",
  "sha",
  "subject",
  "message",
  "author_name",
  "author_email",
  "url",
  "committed_at",
  "landed_at",
  "landed_by_sha",
  "reverted_at",
] as const satisfies (keyof CommitRow)[];

const landedColumns = [
  "id",
  "sha",
  "subject",
  "url",
  "committed_at",
  "landed_at",
  "landed_by_sha",
  "landed_branch",
  "landed_depth",
  "landed_with",
  "reverted_at",
] as const satisfies (keyof LandedCommit)[];

import type { Kysely, Selectable } from "kysely";
import type { RepositoryMention } from "../domain/repository.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

export type RepositoryRow = Selectable<Schema["repositories"]>;

export type RepositoryQueries = ReturnType<typeof repositoryQueries>;

export function repositoryQueries(db: Kysely<Schema>) {
  return {
    /** By the forge's numeric id on its host; a payload that leaves out its host is of a host by itself. */
    async findByIdentity(mention: RepositoryMention): Promise<RepositoryRow | undefined> {
      if (mention.forge === null || mention.forgeId === null) return undefined;
      return db
        .selectFrom("repositories")
        .select([...columns])
        .where("forge", "=", mention.forge)
        .where((eb) => eb(eb.fn.coalesce("host", eb.val("")), "=", mention.host ?? ""))
        .where("forge_id", "=", mention.forgeId)
        .executeTakeFirst();
    },

    /** Every repository that is or was called so, oldest first. */
    async findByName(slug: string): Promise<RepositoryRow[]> {
      return db
        .selectFrom("repositories")
        .select([...columns])
        .innerJoin("repository_names", "repository_names.repository_id", "repositories.id")
        .where("repository_names.slug_key", "=", slug.toLowerCase())
        .orderBy("repositories.id")
        .execute();
    },

    async add(repository: Omit<RepositoryRow, "id">): Promise<RepositoryRow> {
      return db
        .insertInto("repositories")
        .values(repository)
        .returning([...columns])
        .executeTakeFirstOrThrow();
    },

    async update(id: number, columns: Partial<Omit<RepositoryRow, "id">>): Promise<void> {
      await db.updateTable("repositories").set(columns).where("id", "=", id).execute();
    },

    /** Remembers a name for good: a late word under an old name finds its repository. True when it was not known. */
    async addName(id: number, slug: string): Promise<boolean> {
      const result = await db
        .insertInto("repository_names")
        .values({ repository_id: id, slug_key: slug.toLowerCase() })
        .onConflict((conflict) => conflict.columns(["repository_id", "slug_key"]).doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },

    async namesOf(id: number): Promise<string[]> {
      const rows = await db.selectFrom("repository_names").select("slug_key").where("repository_id", "=", id).execute();
      return rows.map((row) => row.slug_key);
    },

    /** Ends a row that was joined into another. What it has besides its names and events was moved before. */
    async replaceBy(id: number, other: number): Promise<void> {
      await db.updateTable("events").set({ repository_id: other }).where("repository_id", "=", id).execute();
      await db.deleteFrom("repository_names").where("repository_id", "=", id).execute();
      await db.deleteFrom("repositories").where("id", "=", id).execute();
    },

    /** The outcome rows say what the repository is called now. */
    async spreadSlug(id: number, slug: string): Promise<void> {
      await db.updateTable("pr_outcomes").set({ repo_slug: slug }).where("repository_id", "=", id).execute();
      await db.updateTable("ci_runs").set({ repo_slug: slug }).where("repository_id", "=", id).execute();
    },

    list(page: PageRequest): Promise<Page<RepositoryRow>> {
      return readPage(db.selectFrom("repositories").selectAll(), page, { value: "slug_key", direction: "asc" });
    },

    count(): Promise<number> {
      return countRows(db, db.selectFrom("repositories"));
    },

    async get(id: number): Promise<RepositoryRow | undefined> {
      return db.selectFrom("repositories").selectAll().where("id", "=", id).executeTakeFirst();
    },
  };
}

const columns = [
  "id",
  "forge",
  "host",
  "forge_id",
  "slug",
  "repositories.slug_key",
  "default_branch",
  "url",
  "state",
  "registers",
  "recorded_at",
] as const;

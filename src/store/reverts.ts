import type { Kysely, Selectable } from "kysely";
import type { Schema } from "./schema.ts";

export type RevertRow = Selectable<Schema["reverts"]>;

/** A commit by its SHA or a pull request by its number, within one repository. */
export type ChangeRef = { kind: "pull-request" | "commit"; ref: string };

export type RevertQueries = ReturnType<typeof revertQueries>;

export function revertQueries(db: Kysely<Schema>) {
  return {
    /** Says that the repository has reverts at all: most have none, and then there is nothing to settle. */
    async any(repositoryId: number): Promise<boolean> {
      return (await db.selectFrom("reverts").select("id").where("repository_id", "=", repositoryId).limit(1).executeTakeFirst()) !== undefined;
    },

    /** What this change says it reverts, in place of what it said before. */
    async replace(repositoryId: number, reverter: ChangeRef, targets: Pick<RevertRow, "target_kind" | "target_ref" | "evidence">[]): Promise<void> {
      await db.deleteFrom("reverts").where("repository_id", "=", repositoryId).where("reverter_kind", "=", reverter.kind).where("reverter_ref", "=", reverter.ref).execute();
      if (targets.length === 0) return;
      const rows = targets.map((target) => ({ repository_id: repositoryId, reverter_kind: reverter.kind, reverter_ref: reverter.ref, ...target }));
      await db.insertInto("reverts").values(rows).onConflict((conflict) => conflict.columns(["repository_id", "reverter_kind", "reverter_ref", "target_kind", "target_ref", "evidence"]).doNothing()).execute();
    },

    async by(repositoryId: number, reverter: ChangeRef): Promise<RevertRow[]> {
      return db.selectFrom("reverts").selectAll().where("repository_id", "=", repositoryId).where("reverter_kind", "=", reverter.kind).where("reverter_ref", "=", reverter.ref).orderBy("id").execute();
    },

    /** What says that it reverts one of these. A commit may be named by any shortened form of its SHA of seven digits or more. */
    async of(repositoryId: number, target: ChangeRef): Promise<RevertRow[]> {
      const refs = target.kind === "commit" ? shortenedForms(target.ref) : [target.ref];
      return db.selectFrom("reverts").selectAll().where("repository_id", "=", repositoryId).where("target_kind", "=", target.kind).where("target_ref", "in", refs).orderBy("id").execute();
    },
  };
}

function shortenedForms(sha: string): string[] {
  return Array.from({ length: Math.max(sha.length - 6, 1) }, (_, index) => sha.slice(0, 7 + index));
}

import type { Kysely, Selectable } from "kysely";
import type { Schema } from "./schema.ts";
import { inPieces } from "./sha-prefix.ts";

export type RevertRow = Omit<Selectable<Schema["reverts"]>, "target_key">;

/** A commit by its SHA or a pull request by its number, within one repository. */
export type ChangeRef = { kind: "pull-request" | "commit"; ref: string };

/** What one change says that it reverts. */
type Target = Pick<RevertRow, "target_kind" | "target_ref" | "evidence">;

export type RevertQueries = ReturnType<typeof revertQueries>;

export function revertQueries(db: Kysely<Schema>) {
  return {
    /** Says that the repository has reverts at all: most have none, and then there is nothing to settle. */
    async any(repositoryId: number): Promise<boolean> {
      const row = await db
        .selectFrom("reverts")
        .select("id")
        .where("repository_id", "=", repositoryId)
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },

    /** What this change says it reverts, in place of what it said before: the text of a pull request can be edited. */
    async replace(repositoryId: number, reverter: ChangeRef, targets: Target[]): Promise<void> {
      await db
        .deleteFrom("reverts")
        .where("repository_id", "=", repositoryId)
        .where("reverter_kind", "=", reverter.kind)
        .where("reverter_ref", "=", reverter.ref)
        .execute();
      await add(repositoryId, reverter, targets);
    },

    add,

    async by(repositoryId: number, reverter: ChangeRef): Promise<RevertRow[]> {
      return (await touching(repositoryId, [reverter])).filter((row) => isBy(row, reverter));
    },

    /** What says that it reverts this. A commit may be named by any shortened form of its SHA of seven digits or more. */
    async of(repositoryId: number, target: ChangeRef): Promise<RevertRow[]> {
      return (await touching(repositoryId, [target])).filter((row) => isOf(row, target));
    },

    touching,
  };

  /** Adds to what this change says it reverts; what it said before is not repeated. */
  async function add(repositoryId: number, reverter: ChangeRef, targets: Target[]): Promise<void> {
    const rows = targets.map((target) => ({
      repository_id: repositoryId,
      reverter_kind: reverter.kind,
      reverter_ref: reverter.ref,
      ...target,
      target_key: targetKey({ kind: target.target_kind, ref: target.target_ref }),
    }));
    if (rows.length === 0) return;
    await db
      .insertInto("reverts")
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(["repository_id", "reverter_kind", "reverter_ref", "target_kind", "target_ref", "evidence"])
          .doNothing(),
      )
      .execute();
  }

  /** Every statement that one of these makes, or that is made of one of these. */
  async function touching(repositoryId: number, changes: ChangeRef[]): Promise<RevertRow[]> {
    const rows = await inPieces(changes, (piece) => {
      const numbers = piece.filter((change) => change.kind === "pull-request").map((change) => change.ref);
      const shas = piece.filter((change) => change.kind === "commit").map((change) => change.ref);
      const keys = [...new Set(shas.map((ref) => targetKey({ kind: "commit", ref })))];
      return db
        .selectFrom("reverts")
        .select(["id", "repository_id", "reverter_kind", "reverter_ref", "target_kind", "target_ref", "evidence"])
        .where("repository_id", "=", repositoryId)
        .where((eb) =>
          eb.or([
            ...(numbers.length === 0
              ? []
              : [eb("reverter_kind", "=", "pull-request").and("reverter_ref", "in", numbers)]),
            ...(numbers.length === 0 ? [] : [eb("target_kind", "=", "pull-request").and("target_key", "in", numbers)]),
            ...(shas.length === 0 ? [] : [eb("reverter_kind", "=", "commit").and("reverter_ref", "in", shas)]),
            ...(shas.length === 0 ? [] : [eb("target_kind", "=", "commit").and("target_key", "in", keys)]),
          ]),
        )
        .orderBy("id")
        .execute();
    });
    return [...new Map(rows.map((row) => [row.id, row])).values()];
  }
}

/** Seven digits are the least that forges and git shorten a SHA to: every form of one SHA has the same key. */
function targetKey(target: ChangeRef): string {
  return target.kind === "commit" ? target.ref.slice(0, 7) : target.ref;
}

function isBy(row: RevertRow, change: ChangeRef): boolean {
  return row.reverter_kind === change.kind && row.reverter_ref === change.ref;
}

function isOf(row: RevertRow, change: ChangeRef): boolean {
  if (row.target_kind !== change.kind) return false;
  return change.kind === "commit" ? change.ref.startsWith(row.target_ref) : change.ref === row.target_ref;
}

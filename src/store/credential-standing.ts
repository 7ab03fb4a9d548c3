import type { Kysely } from "kysely";
import {
  clear,
  type CredentialStanding,
  type CredentialStandings,
  endWriteTurn,
  forbid,
  freshStanding,
  pause,
  takeWriteTurn,
} from "../domain/credential-standing.ts";
import type { Schema } from "./schema.ts";

/** Where credentials stand, kept so that a restart, or another process, does not forget what a forge asked for. */
export type CredentialStandingQueries = CredentialStandings;

export function credentialStandingQueries(
  db: Kysely<Schema>,
  locking: "skip-locked" | "none",
): CredentialStandingQueries {
  return {
    read: async (fingerprint) => {
      const row = await db
        .selectFrom("credential_standing")
        .select("standing")
        .where("fingerprint", "=", fingerprint)
        .executeTakeFirst();
      return row === undefined ? freshStanding : read(row.standing);
    },
    forbidUntil: (fingerprint, wait) => move(fingerprint, (standing) => [forbid(standing, wait), undefined]),
    pause: (fingerprint, wait) => move(fingerprint, (standing) => [pause(standing, wait), undefined]),
    clear: (fingerprint) => move(fingerprint, (standing) => [clear(standing), undefined]),
    takeWriteTurn: (fingerprint, now, limits) =>
      move(fingerprint, (before) => {
        const { standing, answer } = takeWriteTurn(before, now, limits);
        return [standing, answer];
      }),
    endWriteTurn: (fingerprint, turn) => move(fingerprint, (standing) => [endWriteTurn(standing, turn), undefined]),
  };

  /** Reads, moves and writes in one transaction, behind the row's lock: of two at once, the second sees what the first wrote. */
  async function move<Answer>(
    fingerprint: string,
    to: (standing: CredentialStanding) => [CredentialStanding, Answer],
  ): Promise<Answer> {
    if (db.isTransaction) return moveIn(db, fingerprint, to);
    return db.transaction().execute((trx) => moveIn(trx, fingerprint, to));
  }

  async function moveIn<Answer>(
    trx: Kysely<Schema>,
    fingerprint: string,
    to: (standing: CredentialStanding) => [CredentialStanding, Answer],
  ): Promise<Answer> {
    await trx
      .insertInto("credential_standing")
      .values({ fingerprint, standing: JSON.stringify(freshStanding) })
      .onConflict((conflict) => conflict.column("fingerprint").doNothing())
      .execute();
    const found = trx.selectFrom("credential_standing").select("standing").where("fingerprint", "=", fingerprint);
    const before = await (locking === "skip-locked" ? found.forUpdate() : found).executeTakeFirstOrThrow();
    const [after, answer] = to(read(before.standing));
    const standing = JSON.stringify(after);
    if (standing !== before.standing)
      await trx.updateTable("credential_standing").set({ standing }).where("fingerprint", "=", fingerprint).execute();
    return answer;
  }
}

/** What an older version left out stands as if nobody had heard of it. */
function read(standing: string): CredentialStanding {
  return { ...freshStanding, ...(JSON.parse(standing) as Partial<CredentialStanding>) };
}

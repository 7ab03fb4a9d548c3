import type { Kysely } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { Schema } from "./schema.ts";

/** What is known of an Idempotency-Key: the answer that the same request got, or that it was used for another one. */
export type RememberedAnswer = { kind: "answered"; answer: unknown } | { kind: "conflict" };

export type IdempotencyKeyQueries = ReturnType<typeof idempotencyKeyQueries>;

export function idempotencyKeyQueries(db: Kysely<Schema>) {
  return {
    async find(key: string, requestHash: string): Promise<RememberedAnswer | undefined> {
      const row = await db
        .selectFrom("idempotency_keys")
        .select(["request_hash", "answer"])
        .where("key", "=", key)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return row.request_hash === requestHash
        ? { kind: "answered", answer: JSON.parse(row.answer) as unknown }
        : { kind: "conflict" };
    },

    /** Keeps an answer, in the transaction of what it answers. Throws when the key has one: then another request was faster, and all of this one is undone. */
    async add(key: string, requestHash: string, answer: unknown, at: Instant): Promise<void> {
      await db
        .insertInto("idempotency_keys")
        .values({ key, request_hash: requestHash, answer: JSON.stringify(answer), created_at: at })
        .execute();
    },

    /** Forgets what was answered before then. */
    async removeBefore(at: Instant): Promise<number> {
      const { numDeletedRows } = await db
        .deleteFrom("idempotency_keys")
        .where("created_at", "<", at)
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

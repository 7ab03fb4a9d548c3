import type { Migration } from "./migration.ts";

/** What was answered to a request that named an Idempotency-Key: the same request again gets the same answer, another one is refused. */
export const idempotencyKeys: Migration = {
  name: "0010-idempotency-keys",
  statements: (types) => [
    `create table if not exists idempotency_keys (
      key ${types.text} primary key,
      request_hash ${types.text} not null,
      answer ${types.text} not null,
      created_at ${types.text} not null
    )`,
    `create index if not exists idx_idempotency_keys_created on idempotency_keys (created_at)`,
  ],
  sample: [
    `insert into idempotency_keys (key, request_hash, answer, created_at) values ('k', 'h', '{}', '2026-01-02T03:04:05.678Z')`,
  ],
};

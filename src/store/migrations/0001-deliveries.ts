import type { Migration } from "./migration.ts";

/**
 * Webhooks as they arrived. Their bodies stand apart, those of one batch together in pieces of about a mebibyte: compressing them one by one cost more than
 * storing them. A body is `body_bytes` bytes from `body_from` of its piece; a piece is never changed, and goes when no delivery refers to it.
 */
export const deliveries: Migration = {
  name: "0001-deliveries",
  statements: (types) => [
    `create table if not exists delivery_bodies (
      id ${types.id},
      encoding ${types.text} not null check (encoding in ('zstd', 'identity')),
      content ${types.bytes} not null
    )`,
    `create table if not exists deliveries (
      id ${types.id},
      source ${types.text} not null,
      provider ${types.text} not null,
      hook_id ${types.text} not null,
      delivery_id ${types.text} not null,
      event ${types.text} not null,
      content_type ${types.text} not null,
      headers ${types.text} not null,
      secret_used ${types.text} not null,
      state ${types.text} not null check (state in ('received', 'digested', 'dead')),
      received_at ${types.text} not null,
      digested_at ${types.text},
      digest_attempts integer not null default 0,
      digest_owner ${types.text},
      digest_lease_until_at ${types.text},
      duplicate_count integer not null default 0,
      dead_code ${types.text},
      dead_reason ${types.text},
      body_id ${types.reference} not null,
      body_from integer not null,
      body_bytes integer not null,
      unique (source, hook_id, delivery_id)
    )`,
    // The backlog stays small, so its index does too: a digested delivery leaves it.
    `create index if not exists idx_deliveries_waiting on deliveries (id) where state = 'received'`,
    `create index if not exists idx_deliveries_dead on deliveries (id) where state = 'dead'`,
    `create index if not exists idx_deliveries_source on deliveries (source, received_at)`,
  ],
  sample: [
    `insert into delivery_bodies (encoding, content) values ('identity', '{}')`,
    `insert into deliveries (source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, state, received_at, body_id, body_from, body_bytes)
     values ('github', 'github', '1', '5b6c', 'push', 'application/json', '{}', 'current', 'received', '2026-01-02T03:04:05.678Z', 1, 0, 2)`,
  ],
};

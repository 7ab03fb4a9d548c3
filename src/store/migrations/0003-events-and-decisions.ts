import type { Migration } from "./migration.ts";

/**
 * What deliveries told us, once each (`event_key` is the hash of what was said), and what the rules made of it. A second hook that tells the
 * same finds the event there; its own decision points at it. What an operator asked for is an event too, which no delivery told.
 */
export const eventsAndDecisions: Migration = {
  name: "0003-events-and-decisions",
  statements: (types) => [
    `create table if not exists events (
      id ${types.id},
      event_key ${types.text} not null unique,
      delivery_id ${types.reference} references deliveries (id),
      kind ${types.text} not null,
      repository_id ${types.reference} references repositories (id),
      subject_kind ${types.text} not null,
      subject_ref ${types.text} not null,
      commit_sha ${types.text},
      actor ${types.text},
      actor_is_bot integer not null default 0,
      actor_id ${types.text},
      occurred_at ${types.text} not null,
      recorded_at ${types.text} not null,
      summary ${types.text} not null
    )`,
    `create index if not exists idx_events_delivery on events (delivery_id)`,
    `create index if not exists idx_events_repository on events (repository_id, id)`,
    `create index if not exists idx_events_recorded on events (recorded_at)`,
    `create table if not exists decisions (
      id ${types.id},
      delivery_id ${types.reference} not null references deliveries (id),
      event_id ${types.reference} references events (id),
      rule ${types.text} not null,
      verdict ${types.text} not null check (verdict in ('recorded', 'unchanged', 'nothing', 'queued', 'refused')),
      because ${types.text} not null,
      command_id ${types.reference},
      decided_at ${types.text} not null
    )`,
    `create index if not exists idx_decisions_delivery on decisions (delivery_id)`,
  ],
  sample: [
    `insert into events (event_key, delivery_id, kind, repository_id, subject_kind, subject_ref, occurred_at, recorded_at, summary)
     values ('k', 1, 'github.push.main', 1, 'branch', 'main', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z', 'Acme/web: main moved')`,
    `insert into decisions (delivery_id, event_id, rule, verdict, because, decided_at)
     values (1, 1, 'record-push', 'recorded', '1 commit', '2026-01-02T03:04:05.678Z')`,
  ],
};

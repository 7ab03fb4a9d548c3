import type { Migration } from "./migration.ts";

/**
 * Who did what to the world or to the queue, each entry bound to the one before it by its hash: nobody can change, take out or slip in an entry
 * without that all after it stop fitting. No two entries may follow the same one. `audit_head` is where the log ends and how many entries it has: nothing
 * after a last entry could tell that there were more.
 */
export const auditLog: Migration = {
  name: "0008-audit-log",
  statements: (types) => [
    `create table if not exists audit_log (
      id ${types.id},
      at ${types.text} not null,
      actor ${types.text} not null,
      action ${types.text} not null,
      subject ${types.text} not null,
      detail ${types.text} not null,
      previous_hash ${types.text} not null unique,
      hash ${types.text} not null unique
    )`,
    `create table if not exists audit_head (
      number ${types.reference} primary key,
      entry_id ${types.reference} not null,
      hash ${types.text} not null,
      entries ${types.count} not null
    )`,
    `insert into audit_head (number, entry_id, hash, entries) values (1, 0, '', 0) on conflict do nothing`,
    `create index if not exists idx_audit_log_subject on audit_log (subject, id)`,
  ],
  sample: [
    `insert into audit_log (at, actor, action, subject, detail, previous_hash, hash)
     values ('2026-01-02T03:04:05.678Z', 'operator', 'retry', 'command 1', '{}', '', 'h')`,
  ],
};

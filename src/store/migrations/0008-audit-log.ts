import type { Migration } from "./migration.ts";

/**
 * Who did what to the world or to the queue, each entry bound to the one before it by its hash: nobody can change, take out or slip in an entry
 * without that all after it stop fitting. No two entries may follow the same one.
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
    `create index if not exists idx_audit_log_subject on audit_log (subject, id)`,
  ],
  sample: [
    `insert into audit_log (at, actor, action, subject, detail, previous_hash, hash)
     values ('2026-01-02T03:04:05.678Z', 'operator', 'retry', 'command 1', '{}', '', 'h')`,
  ],
};

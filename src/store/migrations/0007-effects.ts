import type { Migration } from "./migration.ts";

/**
 * What was done, or may have been done, to the world outside: once per `key`, written down before it is sent. `sends` is how often it was sent without
 * that anybody refused it, `checks` how often its fate was then looked for in vain. `intent` and `result` are plain JSON without secrets.
 */
export const effects: Migration = {
  name: "0007-effects",
  statements: (types) => [
    `create table if not exists effects (
      id ${types.id},
      key ${types.text} not null unique,
      kind ${types.text} not null,
      command_id ${types.reference} not null references commands (id),
      repository_key ${types.text} not null,
      state ${types.text} not null check (state in ('intended', 'unknown', 'done', 'refused')),
      marker ${types.text} not null,
      request_hash ${types.text} not null,
      intent ${types.text} not null,
      result ${types.text} not null default '{}',
      sends integer not null default 0,
      checks integer not null default 0,
      duplicates_repaired integer not null default 0,
      code ${types.text},
      because ${types.text},
      intended_at ${types.text} not null,
      sent_at ${types.text},
      check_after_at ${types.text},
      done_at ${types.text}
    )`,
    `create index if not exists idx_effects_command on effects (command_id)`,
    `create index if not exists idx_effects_open on effects (id) where state in ('intended', 'unknown')`,
  ],
  sample: [
    `insert into effects (key, kind, command_id, repository_key, state, marker, request_hash, intent, sends, intended_at, sent_at)
     values ('create-pull-request:1', 'create-pull-request', 1, 'github:github.com/acme/web', 'intended', '<!-- m -->', 'h', '{}', 1, '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z')`,
  ],
};

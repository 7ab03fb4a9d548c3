import type { Migration } from "./migration.ts";

/**
 * The queue. `repository_key` is empty for what concerns no repository. A queued command may be claimed when it is `due` and not `paused`: both are kept
 * beside the time and the workflow's state that they follow from, so that a claim need not wade through all that waits. `fence` counts the claims: who
 * holds an older one writes nothing any more. `attempt` is the last begun; a wait gives it back. `command_history` keeps how each attempt ended and what
 * operators did. Of the commands of one
 * `series` at most one waits.
 *
 * The unique index is the promise that one command at a time writes to a repository, whatever the code around it does.
 */
export const commands: Migration = {
  name: "0006-commands",
  statements: (types) => [
    `create table if not exists commands (
      id ${types.id},
      type ${types.text} not null,
      workflow_id ${types.text} not null references workflows (id),
      repository_key ${types.text} not null,
      writes integer not null,
      series ${types.text},
      idempotency_key ${types.text} not null unique,
      payload ${types.text} not null,
      priority integer not null,
      state ${types.text} not null check (state in ('queued', 'running', 'succeeded', 'failed', 'skipped', 'cancelled')),
      due integer not null,
      paused integer not null default 0,
      attempt integer not null default 0,
      attempts_max integer not null,
      waits ${types.count} not null default 0,
      crashes integer not null default 0,
      retries integer not null default 0,
      fence ${types.count} not null default 0,
      available_at ${types.text} not null,
      lease_owner ${types.text},
      lease_until_at ${types.text},
      cancel_requested_at ${types.text},
      outcome_code ${types.text},
      outcome_because ${types.text},
      links ${types.text} not null default '[]',
      artifacts ${types.text} not null default '{}',
      result ${types.text} not null default '{}',
      log_path ${types.text},
      requested_by ${types.text} not null,
      caused_by_event_id ${types.reference} references events (id),
      caused_by_command_id ${types.reference} references commands (id),
      created_at ${types.text} not null,
      updated_at ${types.text} not null,
      started_at ${types.text},
      ended_at ${types.text}
    )`,
    `create unique index if not exists idx_commands_one_writer on commands (repository_key) where state = 'running' and writes = 1`,
    `create index if not exists idx_commands_ready on commands (type, repository_key, writes, priority desc, id) where state = 'queued' and due = 1 and paused = 0`,
    `create index if not exists idx_commands_later on commands (available_at) where state = 'queued' and due = 0`,
    `create index if not exists idx_commands_running on commands (repository_key) where state = 'running'`,
    `create index if not exists idx_commands_served on commands (repository_key, started_at)`,
    `create index if not exists idx_commands_open on commands (workflow_id, id) where ended_at is null`,
    `create index if not exists idx_commands_workflow on commands (workflow_id, id)`,
    `create index if not exists idx_commands_series on commands (series, id) where series is not null`,
    `create index if not exists idx_commands_state on commands (state, id)`,
    `create table if not exists command_history (
      id ${types.id},
      command_id ${types.reference} not null references commands (id),
      move ${types.text} not null,
      attempt integer not null,
      actor ${types.text} not null,
      code ${types.text},
      because ${types.text},
      started_at ${types.text},
      at ${types.text} not null
    )`,
    `create index if not exists idx_command_history_command on command_history (command_id, id)`,
  ],
  sample: [
    `insert into commands (type, workflow_id, repository_key, writes, idempotency_key, payload, priority, state, due, attempts_max, available_at, requested_by, caused_by_event_id, created_at, updated_at)
     values ('create_pull_request', 'SCRUM-123', 'github:github.com/acme/web', 1, 'k', '{}', 0, 'queued', 1, 3, '2026-01-02T03:04:05.678Z', 'event 1', 1, '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z')`,
    `insert into command_history (command_id, move, attempt, actor, at) values (1, 'enqueue', 0, 'event 1', '2026-01-02T03:04:05.678Z')`,
  ],
};

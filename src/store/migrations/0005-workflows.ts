import type { Migration } from "./migration.ts";

/**
 * One piece of work and the commands that it takes. `id` is a name for people and for folders (`SCRUM-123`, `github-4711-pr-7`), safe as a file name;
 * `number` counts up and orders lists. The folders are where its checkout lies and where its artifacts go, null where it has none.
 */
export const workflows: Migration = {
  name: "0005-workflows",
  statements: (types) => [
    `create table if not exists workflows (
      number ${types.id},
      id ${types.text} not null unique,
      repository_key ${types.text},
      title ${types.text},
      state ${types.text} not null check (state in ('active', 'paused', 'succeeded', 'failed', 'cancelled')),
      checkout_dir ${types.text},
      issue_dir ${types.text},
      requested_by ${types.text} not null,
      created_at ${types.text} not null,
      updated_at ${types.text} not null,
      ended_at ${types.text}
    )`,
    `create index if not exists idx_workflows_state on workflows (state, number)`,
    `create index if not exists idx_workflows_repository on workflows (repository_key, number)`,
  ],
  sample: [
    `insert into workflows (id, repository_key, title, state, requested_by, created_at, updated_at)
     values ('SCRUM-123', 'github:github.com/acme/web', 'Add a thing', 'active', 'api', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z')`,
  ],
};

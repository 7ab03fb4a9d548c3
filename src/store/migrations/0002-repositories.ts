import type { Migration } from "./migration.ts";

/**
 * Repositories by host and numeric id, because names change. A CI system knows only a name; the row that it makes has no forge_id and is joined into
 * the forge's own as soon as that speaks. Former names stay, so that a late word under an old name finds its repository. `registers` holds name,
 * address, default branch and state with the moment that each was true.
 */
export const repositories: Migration = {
  name: "0002-repositories",
  statements: (types) => [
    `create table if not exists repositories (
      id ${types.id},
      forge ${types.text},
      host ${types.text},
      forge_id ${types.text},
      slug ${types.text} not null,
      slug_key ${types.text} not null,
      default_branch ${types.text},
      url ${types.text},
      state ${types.text} not null check (state in ('active', 'deleted')),
      registers ${types.text} not null,
      recorded_at ${types.text} not null
    )`,
    `create unique index if not exists idx_repositories_identity on repositories (forge, coalesce(host, ''), forge_id) where forge_id is not null`,
    `create index if not exists idx_repositories_slug on repositories (slug_key)`,
    `create table if not exists repository_names (
      repository_id ${types.reference} not null references repositories (id),
      slug_key ${types.text} not null,
      primary key (repository_id, slug_key)
    )`,
    `create index if not exists idx_repository_names_slug on repository_names (slug_key)`,
  ],
  sample: [
    `insert into repositories (forge, host, forge_id, slug, slug_key, default_branch, url, state, registers, recorded_at)
     values ('github', 'github.com', '1', 'Acme/web', 'acme/web', 'main', null, 'active', '{}', '2026-01-02T03:04:05.678Z')`,
    `insert into repository_names (repository_id, slug_key) values (1, 'acme/web')`,
  ],
};

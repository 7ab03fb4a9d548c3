import type { Migration } from "./migration.ts";

/**
 * What came of the work: pull requests, CI runs, commits, and who reverted what. `pr_outcomes` and `ci_runs` have StackUnderflow's columns and
 * index names; their keys are wider, because its keys collide between hosts, repositories and re-runs. `registers` holds each field's value
 * with the stamp of the fact that it came from: joins need it, readers do not. `landed_…` says by which push a commit came to the default branch:
 * when, on which branch, by the push of which head, how many commits before that head, and how many commits that push had.
 */
export const outcomes: Migration = {
  name: "0004-outcomes",
  statements: (types) => [
    `create table if not exists pr_outcomes (
      id ${types.id},
      repository_id ${types.reference} not null references repositories (id),
      provider ${types.text} not null,
      repo_slug ${types.text} not null,
      pr_number ${types.count} not null,
      title ${types.text},
      state ${types.text} not null check (state in ('open', 'merged', 'closed')),
      merged_at ${types.text},
      reverted_at ${types.text},
      author ${types.text},
      url ${types.text},
      draft integer not null default 0,
      base_branch ${types.text},
      head_branch ${types.text},
      head_sha ${types.text},
      merge_commit_sha ${types.text},
      commits_count ${types.count},
      changed_files_count ${types.count},
      opened_at ${types.text},
      closed_at ${types.text},
      updated_at ${types.text} not null,
      truth_wanted integer not null default 0,
      registers ${types.text} not null,
      raw_json ${types.text} not null,
      unique (repository_id, pr_number)
    )`,
    `create index if not exists idx_pr_outcomes_repo on pr_outcomes (repo_slug, state)`,
    `create index if not exists idx_pr_outcomes_updated on pr_outcomes (updated_at, id)`,
    `create index if not exists idx_pr_outcomes_merge_commit on pr_outcomes (repository_id, merge_commit_sha)`,
    `create index if not exists idx_pr_outcomes_head on pr_outcomes (repository_id, head_sha)`,
    `create table if not exists ci_runs (
      id ${types.id},
      repository_id ${types.reference} not null references repositories (id),
      provider ${types.text} not null,
      repo_slug ${types.text} not null,
      kind ${types.text} not null,
      run_id ${types.text} not null,
      run_attempt ${types.count} not null,
      commit_sha ${types.text} not null,
      status ${types.text} not null check (status in ('success', 'failure', 'cancelled', 'skipped', 'pending', 'in_progress')),
      workflow_name ${types.text},
      branch ${types.text},
      event ${types.text},
      url ${types.text},
      started_ts ${types.text},
      completed_ts ${types.text},
      updated_at ${types.text} not null,
      truth_wanted integer not null default 0,
      registers ${types.text} not null,
      raw_json ${types.text} not null,
      unique (repository_id, provider, kind, run_id, run_attempt)
    )`,
    `create index if not exists idx_ci_runs_commit on ci_runs (commit_sha)`,
    `create index if not exists idx_ci_runs_updated on ci_runs (updated_at, id)`,
    `create table if not exists commits (
      id ${types.id},
      repository_id ${types.reference} not null references repositories (id),
      sha ${types.text} not null,
      subject ${types.text} not null,
      message ${types.text} not null,
      author_name ${types.text} not null,
      author_email ${types.text} not null,
      url ${types.text},
      committed_at ${types.text} not null,
      landed_at ${types.text},
      landed_by_sha ${types.text},
      landed_branch ${types.text},
      landed_depth ${types.count},
      landed_with ${types.count},
      reverted_at ${types.text},
      unique (repository_id, sha)
    )`,
    `create index if not exists idx_commits_landed_by on commits (repository_id, landed_by_sha)`,
    // A commit may be named by a shortened SHA: target_key is as much of it as every form has.
    `create table if not exists reverts (
      id ${types.id},
      repository_id ${types.reference} not null references repositories (id),
      reverter_kind ${types.text} not null check (reverter_kind in ('pull-request', 'commit')),
      reverter_ref ${types.text} not null,
      target_kind ${types.text} not null check (target_kind in ('pull-request', 'commit')),
      target_ref ${types.text} not null,
      target_key ${types.text} not null,
      evidence ${types.text} not null,
      unique (repository_id, reverter_kind, reverter_ref, target_kind, target_ref, evidence)
    )`,
    `create index if not exists idx_reverts_target on reverts (repository_id, target_kind, target_key)`,
  ],
  sample: [
    `insert into pr_outcomes (repository_id, provider, repo_slug, pr_number, state, updated_at, registers, raw_json)
     values (1, 'github', 'Acme/web', 7, 'open', '2026-01-02T03:04:05.678Z', '{}', '{}')`,
    `insert into ci_runs (repository_id, provider, repo_slug, kind, run_id, run_attempt, commit_sha, status, updated_at, registers, raw_json)
     values (1, 'github-actions', 'Acme/web', 'workflow', '9', 1, '0123456789012345678901234567890123456789', 'success', '2026-01-02T03:04:05.678Z', '{}', '{}')`,
    `insert into commits (repository_id, sha, subject, message, author_name, author_email, committed_at)
     values (1, '0123456789012345678901234567890123456789', 's', 's', 'Ann', 'ann@example.org', '2026-01-02T03:04:05.678Z')`,
    `insert into reverts (repository_id, reverter_kind, reverter_ref, target_kind, target_ref, target_key, evidence)
     values (1, 'commit', '0123456789012345678901234567890123456789', 'pull-request', '7', '7', 'commit-message')`,
  ],
};

import type { Migration } from "./migration.ts";

/**
 * `reviews`: what a reviewer said of a pull request at one head commit, stored before any of it is posted, so that whatever dies, what is posted is what was
 * decided. `posting` is all that goes to the forge, word for word; `posted_at` says that it is there. `pull_request_key` has the forge's numeric id of the
 * repository. A cost is in millionths of a dollar, null where nobody knows it.
 *
 * `findings`: what is remembered of each finding of a pull request across its pushes.
 */
export const reviews: Migration = {
  name: "0011-reviews",
  statements: (types) => [
    `create table if not exists reviews (
      id ${types.id},
      command_id ${types.reference} not null references commands (id),
      workflow_id ${types.text} not null,
      repository_key ${types.text} not null,
      pull_request_key ${types.text} not null,
      repository ${types.text} not null,
      pr_number integer not null,
      pr_title ${types.text} not null,
      pr_url ${types.text} not null,
      head_sha ${types.text} not null,
      base_sha ${types.text} not null,
      diff_sha256 ${types.text} not null,
      round integer not null,
      verdict ${types.text} not null check (verdict in ('pass', 'findings', 'inconclusive', 'no-verdict')),
      code ${types.text},
      because ${types.text} not null,
      explanation ${types.text} not null,
      agent ${types.text} not null,
      model ${types.text},
      input_tokens ${types.count},
      cached_input_tokens ${types.count},
      output_tokens ${types.count},
      cost_micro_usd ${types.count},
      coverage ${types.text} not null,
      findings ${types.text} not null,
      posting ${types.text} not null,
      artifacts_dir ${types.text} not null,
      requested_by ${types.text} not null,
      started_at ${types.text} not null,
      ended_at ${types.text} not null,
      summary_url ${types.text},
      posted_at ${types.text}
    )`,
    `create index if not exists idx_reviews_pull_request on reviews (pull_request_key, id)`,
    `create index if not exists idx_reviews_command on reviews (command_id, id)`,
    `create index if not exists idx_reviews_ended on reviews (ended_at)`,
    `create table if not exists findings (
      number ${types.id},
      pull_request_key ${types.text} not null,
      id ${types.text} not null,
      title ${types.text} not null,
      body ${types.text} not null,
      priority integer not null,
      confidence_percent integer,
      path ${types.text} not null,
      start_line integer not null,
      end_line integer not null,
      suggestion ${types.text},
      code_sha256 ${types.text} not null,
      state ${types.text} not null check (state in ('open', 'resolved', 'dismissed')),
      first_seen_sha ${types.text} not null,
      last_confirmed_sha ${types.text} not null,
      thread_id ${types.text},
      url ${types.text},
      updated_at ${types.text} not null,
      unique (pull_request_key, id)
    )`,
  ],
  sample: [
    `insert into reviews (command_id, workflow_id, repository_key, pull_request_key, repository, pr_number, pr_title, pr_url, head_sha, base_sha, diff_sha256, round, verdict, because, explanation, agent, coverage, findings, posting, artifacts_dir, requested_by, started_at, ended_at)
     values (1, 'SCRUM-123', 'github:github.com/acme/web', 'github:github.com:1:7', 'acme/web', 7, 'Add a thing', 'https://github.com/acme/web/pull/7', '${"c".repeat(40)}', '${"b".repeat(40)}', '${"d".repeat(64)}', 1, 'pass', 'All was read.', '', 'codex', '{}', '[]', '{}', '/x', 'event 1', '2026-01-02T03:04:05.678Z', '2026-01-02T03:04:06.678Z')`,
    `insert into findings (pull_request_key, id, title, body, priority, path, start_line, end_line, code_sha256, state, first_seen_sha, last_confirmed_sha, updated_at)
     values ('github:github.com:1:7', 'f_0123456789', 'A thing', 'It is.', 1, 'a.ts', 1, 2, '${"e".repeat(64)}', 'open', '${"c".repeat(40)}', '${"c".repeat(40)}', '2026-01-02T03:04:06.678Z')`,
  ],
};

import type { StoreQueries } from "../../src/store/store.ts";
import type { RepositoryRow } from "../../src/store/repositories.ts";

type NewPullRequest = Parameters<StoreQueries["pullRequests"]["add"]>[0];
type NewCiRun = Parameters<StoreQueries["ciRuns"]["add"]>[0];

let lastForgeId = 0;

/** A repository of its own; `say` what matters to the test. */
export function addRepository(
  queries: Pick<StoreQueries, "repositories">,
  say: Partial<RepositoryRow> = {},
): Promise<RepositoryRow> {
  lastForgeId += 1;
  const slug = say.slug ?? "Acme/web";
  return queries.repositories.add({
    forge: "github",
    host: "github.com",
    forge_id: String(lastForgeId),
    slug_key: slug.toLowerCase(),
    default_branch: "main",
    url: null,
    state: "active",
    registers: "{}",
    recorded_at: "2026-01-02T03:04:05.678Z",
    ...say,
    slug,
  });
}

export function addPullRequest(
  queries: Pick<StoreQueries, "pullRequests">,
  repository: RepositoryRow,
  say: Partial<NewPullRequest> = {},
): Promise<void> {
  return queries.pullRequests.add({
    repository_id: repository.id,
    provider: "github",
    repo_slug: repository.slug,
    pr_number: 7,
    title: "Add a thing",
    state: "open",
    merged_at: null,
    author: "ann",
    url: null,
    draft: 0,
    base_branch: "main",
    head_branch: "thing",
    head_sha: "a".repeat(40),
    merge_commit_sha: null,
    commits_count: 1,
    changed_files_count: 1,
    opened_at: "2026-01-02T03:00:00.000Z",
    closed_at: null,
    updated_at: "2026-01-02T03:04:05.678Z",
    truth_wanted: 0,
    registers: "{}",
    raw_json: "{}",
    ...say,
  });
}

export function addCiRun(
  queries: Pick<StoreQueries, "ciRuns">,
  repository: RepositoryRow,
  say: Partial<NewCiRun> = {},
): Promise<void> {
  return queries.ciRuns.add({
    repository_id: repository.id,
    provider: "github-actions",
    repo_slug: repository.slug,
    kind: "workflow",
    run_id: "1",
    run_attempt: 1,
    commit_sha: "a".repeat(40),
    status: "success",
    workflow_name: "build",
    branch: "main",
    event: "push",
    url: null,
    started_ts: null,
    completed_ts: null,
    updated_at: "2026-01-02T03:04:05.678Z",
    truth_wanted: 0,
    registers: "{}",
    raw_json: "{}",
    ...say,
  });
}

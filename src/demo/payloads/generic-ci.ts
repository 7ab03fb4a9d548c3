import type { Run } from "./ci-run.ts";

/** What a few lines in a Jenkinsfile would send: Pullwright's own body for CI systems that have none. */
export function genericCiPayload(provider: string, run: Run) {
  return {
    provider,
    repository: run.repository.slug,
    run_id: String(run.id),
    run_attempt: run.attempt,
    commit_sha: run.commit.sha,
    status: run.status,
    workflow_name: run.name,
    branch: run.branch,
    started_at: run.startedAt.toISOString(),
    ...(run.endedAt === null ? {} : { completed_at: run.endedAt.toISOString() }),
    url: `https://ci.acme.example/job/${run.name}/${run.id}/`,
  };
}

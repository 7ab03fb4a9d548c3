import { type Run, lastChangeOf } from "./ci-run.ts";
import { githubRepository, githubTime, githubUser } from "./github-objects.ts";

/** The `workflow_run` event. A re-run keeps the run's id and counts the attempt up. */
export function workflowRunPayload(run: Run) {
  const { commit, repository } = run;
  const at = lastChangeOf(run);
  const page = `https://github.com/${repository.slug}/actions/runs/${run.id}`;
  const who = {
    name: commit.author.name,
    email: `${commit.author.id}+${commit.author.login}@users.noreply.github.com`,
  };
  return {
    action: run.status === "in_progress" ? "in_progress" : "completed",
    workflow_run: {
      id: run.id,
      name: run.name,
      head_branch: run.branch,
      head_sha: commit.sha,
      path: `.github/workflows/${run.name}.yml`,
      display_title: commit.message.split("\n", 1)[0],
      run_number: run.id % 1000,
      run_attempt: run.attempt,
      event: run.branch === repository.defaultBranch ? "push" : "pull_request",
      status: run.status === "in_progress" ? "in_progress" : "completed",
      conclusion: run.status === "in_progress" ? null : run.status,
      workflow_id: 88001,
      html_url: page,
      created_at: githubTime(run.startedAt),
      run_started_at: githubTime(run.startedAt),
      updated_at: githubTime(at),
      actor: githubUser(run.startedBy),
      triggering_actor: githubUser(run.startedBy),
      head_commit: {
        id: commit.sha,
        message: commit.message,
        timestamp: githubTime(commit.madeAt),
        author: who,
        committer: who,
      },
      pull_requests: [],
    },
    workflow: { id: 88001, name: run.name, path: `.github/workflows/${run.name}.yml`, state: "active" },
    repository: githubRepository(repository, at),
    sender: githubUser(run.startedBy),
  };
}

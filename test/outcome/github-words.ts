import { tell, type Told } from "./told.ts";

export type GithubRepository = { id: number; slug: string; defaultBranch: string };

export const acmeWeb: GithubRepository = { id: 1296269, slug: "acme/web", defaultBranch: "main" };

/** One commit of a push, as git has it. */
export type WrittenCommit = { sha: string; message: string; committedAt: string };

export type GithubPullRequest = {
  action: string;
  number: number;
  updatedAt: string;
  state?: "open" | "closed";
  mergedAt?: string | null;
  mergeCommitSha?: string | null;
  closedAt?: string | null;
  title?: string;
  body?: string;
  draft?: boolean;
  base?: string;
  head?: string;
  headSha: string;
  commits?: number;
  changedFiles?: number;
  /** Beside `pull_request`: `label`, `changes`, `before`, … */
  beside?: object;
};

export function githubPullRequest(repository: GithubRepository, say: GithubPullRequest): Told {
  return tell("github", "pull_request", githubPullRequestPayload(repository, say), say.updatedAt);
}

export function githubPullRequestPayload(repository: GithubRepository, say: GithubPullRequest): object {
  return {
    action: say.action,
    number: say.number,
    ...say.beside,
    pull_request: {
      number: say.number,
      html_url: `https://github.com/${repository.slug}/pull/${say.number}`,
      state: say.state ?? "open",
      title: say.title ?? `Change ${say.number}`,
      body: say.body ?? null,
      user: { login: "ann", id: 7, type: "User" },
      created_at: "2026-01-02T00:00:00Z",
      updated_at: say.updatedAt,
      closed_at: say.closedAt ?? null,
      merged_at: say.mergedAt ?? null,
      merged: (say.mergedAt ?? null) !== null,
      merge_commit_sha: say.mergeCommitSha ?? null,
      draft: say.draft ?? false,
      head: {
        ref: say.head ?? `change-${say.number}`,
        sha: say.headSha,
        repo: { id: repository.id, full_name: repository.slug },
      },
      base: {
        ref: say.base ?? repository.defaultBranch,
        sha: "0".repeat(39) + "1",
        repo: { id: repository.id, full_name: repository.slug },
      },
      commits: say.commits ?? 1,
      changed_files: say.changedFiles ?? 1,
    },
    repository: repositoryObject(repository),
    sender: { login: "bob", id: 8, type: "User" },
  };
}

export type Push = { branch: string; before: string; after: string; commits: WrittenCommit[]; pushedAt: string };

export function githubPush(repository: GithubRepository, { branch, before, after, commits, pushedAt }: Push): Told {
  const payload = {
    ref: `refs/heads/${branch}`,
    before,
    after,
    repository: { ...repositoryObject(repository), pushed_at: Math.floor(Date.parse(pushedAt) / 1000) },
    pusher: { name: "bob" },
    sender: { login: "bob", id: 8, type: "User" },
    commits: commits.map((commit) => ({
      id: commit.sha,
      message: commit.message,
      timestamp: commit.committedAt,
      url: `https://github.com/${repository.slug}/commit/${commit.sha}`,
      author: { name: "Ann", email: "ann@example.org" },
    })),
  };
  return tell("github", "push", payload, pushedAt);
}

export type WorkflowRun = {
  action: string;
  status: string;
  conclusion?: string | null;
  attempt?: number;
  updatedAt: string;
  runId?: number;
  sha?: string;
};

export function githubWorkflowRun(repository: GithubRepository, say: WorkflowRun): Told {
  const payload = {
    action: say.action,
    workflow_run: {
      id: say.runId ?? 501,
      name: "build",
      head_branch: "change-7",
      head_sha: say.sha ?? "a".repeat(40),
      run_attempt: say.attempt ?? 1,
      event: "pull_request",
      status: say.status,
      conclusion: say.conclusion ?? null,
      html_url: `https://github.com/${repository.slug}/actions/runs/501`,
      created_at: "2026-01-02T00:00:00Z",
      run_started_at: `2026-01-02T0${say.attempt ?? 1}:00:00Z`,
      updated_at: say.updatedAt,
    },
    repository: repositoryObject(repository),
    sender: { login: "bob", id: 8, type: "User" },
  };
  return tell("github", "workflow_run", payload, say.updatedAt);
}

/** The repository is told as it is called now. */
export function githubRenamed(repository: GithubRepository, formerName: string, updatedAt: string): Told {
  const payload = {
    action: "renamed",
    changes: { repository: { name: { from: formerName } } },
    repository: { ...repositoryObject(repository), updated_at: updatedAt },
    sender: { login: "bob", id: 8, type: "User" },
  };
  return tell("github", "repository", payload, updatedAt);
}

/** What a hook says when it is tried; it may be sent again long after it was made. */
export function githubPing(repository: GithubRepository, updatedAt: string, receivedAt: string): Told {
  const payload = {
    hook_id: 1,
    hook: { id: 1, updated_at: updatedAt },
    repository: { ...repositoryObject(repository), updated_at: updatedAt },
    sender: { login: "bob", id: 8, type: "User" },
  };
  return tell("github", "ping", payload, receivedAt);
}

export function githubDeleted(repository: GithubRepository, updatedAt: string): Told {
  const payload = {
    action: "deleted",
    repository: { ...repositoryObject(repository), updated_at: updatedAt },
    sender: { login: "bob", id: 8, type: "User" },
  };
  return tell("github", "repository", payload, updatedAt);
}

/** A CI system that knows a repository by its name only. */
export function genericCiRun(slug: string, say: { runId: string; status: string; at: string; sha?: string }): Told {
  const payload = {
    provider: "jenkins",
    repository: slug,
    run_id: say.runId,
    run_attempt: 1,
    commit_sha: say.sha ?? "a".repeat(40),
    status: say.status,
    workflow_name: "nightly",
    started_at: "2026-01-02T00:30:00Z",
    ...(say.status === "in_progress" ? {} : { completed_at: say.at }),
  };
  return tell("ci", "generic", payload, say.at);
}

/** CircleCI knows the address of the repository, but not its number. */
export function circleciWorkflow(slug: string, say: { id: string; status: string; at: string }): Told {
  const payload = {
    id: `happened-${say.id}`,
    type: "workflow-completed",
    happened_at: say.at,
    workflow: {
      id: say.id,
      name: "build",
      status: say.status,
      created_at: "2026-01-02T00:30:00Z",
      stopped_at: say.at,
      url: `https://app.circleci.com/${say.id}`,
    },
    pipeline: {
      vcs: {
        provider_name: "github",
        target_repository_url: `https://github.com/${slug}`,
        revision: "a".repeat(40),
        branch: "main",
      },
    },
  };
  return tell("ci", "circleci", payload, say.at);
}

function repositoryObject(repository: GithubRepository) {
  return {
    id: repository.id,
    name: repository.slug.split("/")[1],
    full_name: repository.slug,
    html_url: `https://github.com/${repository.slug}`,
    default_branch: repository.defaultBranch,
    owner: { login: repository.slug.split("/")[0], id: 9, type: "Organization" },
  };
}

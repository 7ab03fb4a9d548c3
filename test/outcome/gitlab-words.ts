import type { Push } from "./github-words.ts";
import { tell, type Told } from "./told.ts";

export type GitlabProject = { id: number; slug: string; defaultBranch: string };

export const acmeProject: GitlabProject = { id: 4711, slug: "acme/platform/web", defaultBranch: "main" };

export type MergeRequest = {
  action: string;
  iid: number;
  updatedAt: string;
  state?: "opened" | "closed" | "merged" | "locked";
  mergedAt?: string;
  mergeCommitSha?: string | null;
  squashCommitSha?: string | null;
  title?: string;
  description?: string;
  draft?: boolean;
  source?: string;
  target?: string;
  headSha: string;
  oldrev?: string;
  changes?: object;
};

export function gitlabMergeRequest(project: GitlabProject, say: MergeRequest): Told {
  const payload = {
    object_kind: "merge_request",
    event_type: "merge_request",
    user: { id: 8, username: "bob" },
    project: projectObject(project),
    object_attributes: {
      id: 90_000 + say.iid,
      iid: say.iid,
      author_id: 7,
      state: say.state ?? "opened",
      title: say.title ?? `Change ${say.iid}`,
      description: say.description ?? "",
      source_branch: say.source ?? `change-${say.iid}`,
      target_branch: say.target ?? project.defaultBranch,
      target_project_id: project.id,
      created_at: "2026-01-02 00:00:00 UTC",
      updated_at: say.updatedAt,
      ...(say.mergedAt === undefined ? {} : { merged_at: say.mergedAt }),
      merge_commit_sha: say.mergeCommitSha ?? null,
      squash_commit_sha: say.squashCommitSha ?? null,
      draft: say.draft ?? false,
      url: `https://gitlab.com/${project.slug}/-/merge_requests/${say.iid}`,
      last_commit: { id: say.headSha },
      action: say.action,
      ...(say.oldrev === undefined ? {} : { oldrev: say.oldrev }),
    },
    changes: say.changes ?? {},
    reviewers: [],
    assignees: [{ id: 7, username: "ann" }],
  };
  return tell("gitlab", "Merge Request Hook", payload, say.updatedAt);
}

/** GitLab lists the newest twenty commits of a push, the oldest of them first, and says how many there were. */
export function gitlabPush(project: GitlabProject, { branch, before, after, commits, pushedAt }: Push): Told {
  const payload = {
    object_kind: "push",
    ref: `refs/heads/${branch}`,
    before,
    after,
    checkout_sha: after,
    user_username: "bob",
    project_id: project.id,
    project: projectObject(project),
    commits: commits.slice(-20).map((commit) => ({
      id: commit.sha,
      message: commit.message,
      timestamp: commit.committedAt,
      url: `https://gitlab.com/${project.slug}/-/commit/${commit.sha}`,
      author: { name: "Ann", email: "ann@example.org" },
    })),
    total_commits_count: commits.length,
  };
  return tell("gitlab", "Push Hook", payload, pushedAt);
}

export type Pipeline = {
  status: string;
  at: string;
  jobs: { created: string; started?: string; finished?: string }[];
  finishedAt?: string;
};

export function gitlabPipeline(project: GitlabProject, say: Pipeline): Told {
  const payload = {
    object_kind: "pipeline",
    user: { id: 8, username: "bob" },
    project: projectObject(project),
    object_attributes: {
      id: 31,
      name: "build",
      ref: "change-7",
      tag: false,
      sha: "a".repeat(40),
      source: "push",
      status: say.status,
      created_at: "2026-01-02T00:00:00Z",
      finished_at: say.finishedAt ?? null,
    },
    builds: say.jobs.map((job, index) => ({
      id: 300 + index,
      name: `job-${index}`,
      created_at: job.created,
      started_at: job.started ?? null,
      finished_at: job.finished ?? null,
    })),
  };
  return tell("gitlab", "Pipeline Hook", payload, say.at);
}

function projectObject(project: GitlabProject) {
  return {
    id: project.id,
    name: "Web",
    path_with_namespace: project.slug,
    web_url: `https://gitlab.com/${project.slug}`,
    default_branch: project.defaultBranch,
  };
}

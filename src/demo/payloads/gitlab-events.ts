import { type Commit, type Person, type PullRequest, type Repository } from "../world.ts";
import { lastChangeOf, type Run } from "./ci-run.ts";
import {
  gitlabCommit,
  gitlabMergeRequest,
  gitlabProject,
  gitlabRepository,
  gitlabTime,
  gitlabUser,
} from "./gitlab-objects.ts";

/** The `Merge Request Hook`. An update says under `changes` what it changed, and in `oldrev` that commits came. */
export function mergeRequestPayload(
  action: string,
  pullRequest: PullRequest,
  user: Person,
  extra: { oldrev?: string; changes?: object } = {},
) {
  const { oldrev, changes = {} } = extra;
  return {
    object_kind: "merge_request",
    event_type: "merge_request",
    user: gitlabUser(user),
    project: gitlabProject(pullRequest.repository),
    repository: gitlabRepository(pullRequest.repository),
    object_attributes: { ...gitlabMergeRequest(pullRequest), action, ...(oldrev === undefined ? {} : { oldrev }) },
    labels: [],
    changes,
    // GitLab names whoever opened it only where that person is also something else; here, its assignee.
    assignees: [gitlabUser(pullRequest.author)],
  };
}

/** The `Push Hook`; at most twenty commits are listed. */
export function gitlabPushPayload(
  push: { branch: string; before: string; commits: Commit[] },
  repository: Repository,
  user: Person,
) {
  const after = push.commits.at(-1)?.sha ?? push.before;
  return {
    object_kind: "push",
    event_name: "push",
    before: push.before,
    after,
    ref: `refs/heads/${push.branch}`,
    ref_protected: true,
    checkout_sha: after,
    message: null,
    user_id: user.id,
    user_name: user.name,
    user_username: user.login,
    user_email: "",
    project_id: repository.id,
    project: gitlabProject(repository),
    repository: gitlabRepository(repository),
    commits: push.commits
      .slice(-20)
      .map((commit) => ({ ...gitlabCommit(commit, repository), added: [], modified: ["deploy.ts"], removed: [] })),
    total_commits_count: push.commits.length,
  };
}

/** The `Note Hook` of a comment in the conversation of a merge request. */
export function notePayload(note: { id: number; text: string }, pullRequest: PullRequest, user: Person, at: Date) {
  return {
    object_kind: "note",
    event_type: "note",
    user: gitlabUser(user),
    project_id: pullRequest.repository.id,
    project: gitlabProject(pullRequest.repository),
    repository: gitlabRepository(pullRequest.repository),
    object_attributes: {
      id: note.id,
      note: note.text,
      noteable_type: "MergeRequest",
      noteable_id: pullRequest.id,
      author_id: user.id,
      project_id: pullRequest.repository.id,
      action: "create",
      system: false,
      type: null,
      created_at: gitlabTime(at),
      updated_at: gitlabTime(at),
      url: `https://gitlab.com/${pullRequest.repository.slug}/-/merge_requests/${pullRequest.number}#note_${note.id}`,
    },
    merge_request: gitlabMergeRequest(pullRequest),
  };
}

/** The `Pipeline Hook`. A retried pipeline keeps its id and runs again in place; only its jobs' times show it. */
export function pipelinePayload(run: Run) {
  const { repository, commit } = run;
  const words = { in_progress: "running", success: "success", failure: "failed" };
  const at = lastChangeOf(run);
  return {
    object_kind: "pipeline",
    object_attributes: {
      id: run.id,
      iid: run.id % 1000,
      name: run.name,
      ref: run.branch,
      tag: false,
      sha: commit.sha,
      before_sha: commit.sha,
      source: "push",
      status: words[run.status],
      detailed_status: run.status === "success" ? "passed" : words[run.status],
      stages: ["test"],
      created_at: gitlabTime(run.startedAt),
      finished_at: run.endedAt === null ? null : gitlabTime(run.endedAt),
      duration: run.endedAt === null ? null : Math.round((run.endedAt.getTime() - run.startedAt.getTime()) / 1000),
      url: `https://gitlab.com/${repository.slug}/-/pipelines/${run.id}`,
    },
    merge_request: null,
    user: gitlabUser(run.startedBy),
    project: gitlabProject(repository),
    commit: gitlabCommit(commit, repository),
    builds: [
      {
        id: run.id * 10,
        stage: "test",
        name: "test",
        status: words[run.status],
        created_at: gitlabTime(run.startedAt),
        started_at: gitlabTime(at),
        finished_at: run.endedAt === null ? null : gitlabTime(run.endedAt),
      },
    ],
  };
}

import { isDraftTitle } from "./draft-title.ts";
import {
  type FakeIssue,
  type FakeMergeRequest,
  type FakeNote,
  type FakeProject,
  type FakeUser,
} from "./gitlab-state.ts";
import { mergeRequestUrl } from "./merge-request-answer.ts";
import type { World } from "./world.ts";

/** What a comment stands on. */
export type Noteable = { type: "Issue"; subject: FakeIssue } | { type: "MergeRequest"; subject: FakeMergeRequest };

/** `Merge Request Hook`. `oldrev` is there when an update brought commits. */
export function mergeRequestPayload(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  action: string,
  changes: object,
  world: World,
  oldrev?: string,
): object {
  return {
    object_kind: "merge_request",
    event_type: "merge_request",
    user: personPayload(by),
    project: projectPayload(project, world),
    object_attributes: {
      ...mergeRequestAttributes(project, request, world),
      action,
      ...(oldrev === undefined ? {} : { oldrev }),
    },
    labels: [],
    changes,
    repository: repositoryPayload(project, world),
  };
}

/** `Note Hook` */
export function notePayload(
  project: FakeProject,
  on: Noteable,
  note: FakeNote,
  by: FakeUser,
  action: "create" | "update",
  world: World,
): object {
  const isOnIssue = on.type === "Issue";
  const page = isOnIssue ? issueUrl(on.subject, project, world) : mergeRequestUrl(on.subject, project, world);
  return {
    object_kind: "note",
    event_type: "note",
    user: personPayload(by),
    project_id: project.id,
    project: projectPayload(project, world),
    object_attributes: {
      id: note.id,
      note: note.body,
      noteable_type: on.type,
      author_id: note.authorId,
      created_at: hookTime(note.createdAt),
      updated_at: hookTime(note.updatedAt),
      project_id: project.id,
      attachment: null,
      line_code: null,
      commit_id: null,
      noteable_id: on.subject.id,
      system: false,
      st_diff: null,
      type: note.type,
      discussion_id: note.discussionId,
      ...(note.position === null
        ? {}
        : { position: { new_path: note.position.newPath, new_line: note.position.newLine, position_type: "text" } }),
      action,
      url: `${page}#note_${note.id}`,
    },
    repository: repositoryPayload(project, world),
    ...(isOnIssue
      ? { issue: issueAttributes(project, on.subject, world) }
      : { merge_request: mergeRequestAttributes(project, on.subject, world) }),
  };
}

/** `Issue Hook` */
export function issuePayload(
  project: FakeProject,
  issue: FakeIssue,
  by: FakeUser,
  action: string,
  changes: object,
  world: World,
): object {
  return {
    object_kind: "issue",
    event_type: "issue",
    user: personPayload(by),
    project: projectPayload(project, world),
    object_attributes: { ...issueAttributes(project, issue, world), action },
    labels: [],
    changes,
    repository: repositoryPayload(project, world),
  };
}

/** A push to a branch; `commits` are the newest twenty at most. */
export type Push = {
  branch: string;
  before: string;
  after: string;
  commits: { id: string; message: string; timestamp: string }[];
};

/** `Push Hook` */
export function pushPayload(project: FakeProject, push: Push, by: FakeUser, world: World): object {
  const isDeletion = /^0+$/.test(push.after);
  return {
    object_kind: "push",
    event_name: "push",
    before: push.before,
    after: push.after,
    ref: `refs/heads/${push.branch}`,
    ref_protected: push.branch === project.defaultBranch,
    checkout_sha: isDeletion ? null : push.after,
    message: null,
    user_id: by.id,
    user_name: by.name,
    user_username: by.username,
    user_email: "",
    user_avatar: null,
    project_id: project.id,
    project: projectPayload(project, world),
    commits: push.commits.map((commit) => ({
      id: commit.id,
      message: commit.message,
      title: commit.message.split("\n")[0],
      timestamp: commit.timestamp,
      url: `${world.webUrl}/${project.path}/-/commit/${commit.id}`,
      author: { name: by.name, email: "[REDACTED]" },
      added: [],
      modified: [],
      removed: [],
    })),
    total_commits_count: push.commits.length,
    repository: repositoryPayload(project, world),
  };
}

/** Webhooks write times in this form, the API in ISO 8601. */
export function hookTime(instant: string): string {
  return `${instant.slice(0, 19).replace("T", " ")} UTC`;
}

function mergeRequestAttributes(project: FakeProject, request: FakeMergeRequest, world: World): object {
  const isDraft = isDraftTitle(request.title);
  const stateIds = { opened: 1, closed: 2, merged: 3, locked: 4 };
  return {
    id: request.id,
    iid: request.iid,
    target_branch: request.targetBranch,
    source_branch: request.sourceBranch,
    source_project_id: request.sourceProjectId,
    target_project_id: project.id,
    author_id: request.authorId,
    assignee_ids: [],
    reviewer_ids: [],
    title: request.title,
    description: request.description,
    created_at: hookTime(request.createdAt),
    updated_at: hookTime(request.updatedAt),
    merged_at: request.mergedAt === null ? null : hookTime(request.mergedAt),
    closed_at: request.closedAt === null ? null : hookTime(request.closedAt),
    state: request.state,
    state_id: stateIds[request.state],
    draft: isDraft,
    work_in_progress: isDraft,
    merge_commit_sha: request.mergeCommitSha,
    squash_commit_sha: request.squashCommitSha,
    merge_status: "unchecked",
    detailed_merge_status: isDraft ? "draft_status" : "mergeable",
    url: mergeRequestUrl(request, project, world),
    source: projectPayload(project, world),
    target: projectPayload(project, world),
    last_commit: {
      id: request.sha,
      message: `The tip of ${request.sourceBranch}\n`,
      title: `The tip of ${request.sourceBranch}`,
      timestamp: request.updatedAt,
      url: `${world.webUrl}/${project.path}/-/commit/${request.sha}`,
      author: { name: "Somebody", email: "[REDACTED]" },
    },
    labels: [],
  };
}

function issueAttributes(project: FakeProject, issue: FakeIssue, world: World): object {
  return {
    id: issue.id,
    iid: issue.iid,
    title: issue.title,
    author_id: issue.authorId,
    project_id: project.id,
    created_at: hookTime(issue.createdAt),
    updated_at: hookTime(issue.updatedAt),
    closed_at: issue.closedAt === null ? null : hookTime(issue.closedAt),
    description: issue.description,
    confidential: false,
    url: issueUrl(issue, project, world),
    state: issue.state,
    state_id: issue.state === "opened" ? 1 : 2,
    labels: [],
  };
}

function issueUrl(issue: FakeIssue, project: FakeProject, world: World): string {
  return `${world.webUrl}/${project.path}/-/issues/${issue.iid}`;
}

export function personPayload(user: FakeUser): object {
  return { id: user.id, name: user.name, username: user.username, avatar_url: null, email: "[REDACTED]" };
}

export function projectPayload(project: FakeProject, world: World): object {
  const parts = project.path.split("/");
  const url = `${world.webUrl}/${project.path}`;
  return {
    id: project.id,
    name: parts.at(-1),
    description: null,
    web_url: url,
    avatar_url: null,
    git_ssh_url: sshUrl(project, world),
    git_http_url: `${url}.git`,
    namespace: parts.at(-2),
    visibility_level: project.visibility === "public" ? 20 : 0,
    path_with_namespace: project.path,
    default_branch: project.defaultBranch,
    homepage: url,
    url: sshUrl(project, world),
    ssh_url: sshUrl(project, world),
    http_url: `${url}.git`,
  };
}

function repositoryPayload(project: FakeProject, world: World): object {
  return {
    name: project.path.split("/").at(-1),
    url: sshUrl(project, world),
    description: null,
    homepage: `${world.webUrl}/${project.path}`,
  };
}

function sshUrl(project: FakeProject, world: World): string {
  return `git@${new URL(world.webUrl).hostname}:${project.path}.git`;
}

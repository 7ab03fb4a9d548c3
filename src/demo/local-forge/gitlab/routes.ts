import { showOwnToken } from "./access-tokens.ts";
import type { ApiAnswer } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { showBranch } from "./branches.ts";
import { createCommitStatus, listCommitStatuses } from "./commit-statuses.ts";
import { listMergeRequestsOfCommit, showCommit } from "./commits.ts";
import { createDiscussion, listDiscussions, resolveDiscussion } from "./discussions.ts";
import { createIssue, showIssue, updateIssue } from "./issues.ts";
import { showMember } from "./members.ts";
import { createMergeRequest, listMergeRequests, showMergeRequest, updateMergeRequest } from "./merge-requests.ts";
import { issueNotes, mergeRequestNotes } from "./notes.ts";
import { showProject } from "./projects.ts";
import { showCurrentUser } from "./users.ts";
import type { World } from "./world.ts";

type Handler = (call: ApiCall, world: World) => ApiAnswer | Promise<ApiAnswer>;

/** What this GitLab can be asked; faults and records name the calls so. */
const routes = [
  route("show-current-user", "GET", "user", showCurrentUser),
  route("show-own-token", "GET", "personal_access_tokens/self", showOwnToken),
  route("show-project", "GET", "projects/:id", showProject),
  route("show-member", "GET", "projects/:id/members/all/:user_id", showMember),
  route("show-branch", "GET", "projects/:id/repository/branches/:branch", showBranch),
  route("show-commit", "GET", "projects/:id/repository/commits/:sha", showCommit),
  route(
    "list-commit-merge-requests",
    "GET",
    "projects/:id/repository/commits/:sha/merge_requests",
    listMergeRequestsOfCommit,
  ),
  route("list-commit-statuses", "GET", "projects/:id/repository/commits/:sha/statuses", listCommitStatuses),
  route("create-commit-status", "POST", "projects/:id/statuses/:sha", createCommitStatus),
  route("create-merge-request", "POST", "projects/:id/merge_requests", createMergeRequest),
  route("list-merge-requests", "GET", "projects/:id/merge_requests", listMergeRequests),
  route("show-merge-request", "GET", "projects/:id/merge_requests/:iid", showMergeRequest),
  route("update-merge-request", "PUT", "projects/:id/merge_requests/:iid", updateMergeRequest),
  route("create-merge-request-note", "POST", "projects/:id/merge_requests/:iid/notes", mergeRequestNotes.create),
  route("list-merge-request-notes", "GET", "projects/:id/merge_requests/:iid/notes", mergeRequestNotes.list),
  route(
    "update-merge-request-note",
    "PUT",
    "projects/:id/merge_requests/:iid/notes/:note_id",
    mergeRequestNotes.update,
  ),
  route("list-discussions", "GET", "projects/:id/merge_requests/:iid/discussions", listDiscussions),
  route("create-discussion", "POST", "projects/:id/merge_requests/:iid/discussions", createDiscussion),
  route("resolve-discussion", "PUT", "projects/:id/merge_requests/:iid/discussions/:discussion_id", resolveDiscussion),
  route("create-issue", "POST", "projects/:id/issues", createIssue),
  route("show-issue", "GET", "projects/:id/issues/:iid", showIssue),
  route("update-issue", "PUT", "projects/:id/issues/:iid", updateIssue),
  route("create-issue-note", "POST", "projects/:id/issues/:iid/notes", issueNotes.create),
  route("list-issue-notes", "GET", "projects/:id/issues/:iid/notes", issueNotes.list),
  route("update-issue-note", "PUT", "projects/:id/issues/:iid/notes/:note_id", issueNotes.update),
] as const;

export type Operation = (typeof routes)[number]["operation"];

export type Routed = { operation: Operation; parts: Record<string, string>; handle: Handler };

/** `path` is what stands behind `/api/v4/`, still encoded: a slash inside a name is `%2F` and divides nothing. */
export function routeOf(method: string, path: string): Routed | undefined {
  const given = path.split("/");
  for (const { operation, method: routeMethod, pattern, handle } of routes) {
    if (routeMethod !== method || pattern.length !== given.length) continue;
    const isMatch = pattern.every((part, index) => part.startsWith(":") || part === given[index]);
    if (!isMatch) continue;
    const named = pattern.flatMap((part, index) =>
      part.startsWith(":") ? [[part.slice(1), decodeURIComponent(given[index] ?? "")]] : [],
    );
    return { operation, parts: Object.fromEntries(named), handle };
  }
  return undefined;
}

function route<const Name extends string>(operation: Name, method: string, path: string, handle: Handler) {
  return { operation, method, pattern: path.split("/"), handle };
}

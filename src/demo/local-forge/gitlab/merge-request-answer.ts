import type { ExpandedMergeRequestSchema, MergeRequestSchema } from "@gitbeaker/rest";
import type { Replaced } from "./answer-shape.ts";
import { newestVersion } from "./diff-versions.ts";
import { isDraftTitle } from "./draft-title.ts";
import { type FakeMergeRequest, type FakeProject, type GitlabState, userOf } from "./gitlab-state.ts";
import { type ShownUser, shownUser } from "./users.ts";
import type { World } from "./world.ts";

/** The source project's id is null once the fork is gone, and so is who did what was not done; the type says otherwise. */
type People = {
  author: ShownUser;
  assignee: ShownUser | null;
  assignees: ShownUser[];
  reviewers: ShownUser[];
  merged_by: ShownUser | null;
  merge_user: ShownUser | null;
  closed_by: ShownUser | null;
  source_project_id: number | null;
  imported: boolean;
};
export type ListedMergeRequest = Replaced<MergeRequestSchema, People>;
export type ShownMergeRequest = Replaced<ExpandedMergeRequestSchema, People>;

/** As it stands in a list. */
export function listedMergeRequest(
  request: FakeMergeRequest,
  project: FakeProject,
  state: GitlabState,
  world: World,
): ListedMergeRequest {
  const person = (id: number | null) => (id === null ? null : shownUser(userOf(state, id), world));
  const mergedBy = person(request.mergedById);
  const isDraft = isDraftTitle(request.title);
  return {
    id: request.id,
    iid: request.iid,
    project_id: project.id,
    title: request.title,
    description: request.description,
    state: request.state,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
    merged_by: mergedBy,
    merge_user: mergedBy,
    merged_at: request.mergedAt,
    closed_by: person(request.closedById),
    closed_at: request.closedAt,
    target_branch: request.targetBranch,
    source_branch: request.sourceBranch,
    user_notes_count: request.notes.filter((note) => !note.isSystem).length,
    upvotes: 0,
    downvotes: 0,
    author: shownUser(userOf(state, request.authorId), world),
    assignees: [],
    assignee: null,
    reviewers: [],
    source_project_id: request.sourceProjectId,
    target_project_id: project.id,
    labels: [],
    draft: isDraft,
    imported: false,
    work_in_progress: isDraft,
    milestone: null,
    merge_when_pipeline_succeeds: false,
    merge_status: "can_be_merged",
    detailed_merge_status: isDraft ? "draft_status" : request.state === "opened" ? "mergeable" : "not_open",
    sha: request.sha,
    merge_commit_sha: request.mergeCommitSha,
    squash_commit_sha: request.squashCommitSha,
    discussion_locked: null,
    should_remove_source_branch: null,
    force_remove_source_branch: false,
    prepared_at: request.createdAt,
    reference: `!${request.iid}`,
    references: { short: `!${request.iid}`, relative: `!${request.iid}`, full: `${project.path}!${request.iid}` },
    web_url: mergeRequestUrl(request, project, world),
    time_stats: { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null },
    squash: false,
    task_completion_status: { count: 0, completed_count: 0 },
    has_conflicts: false,
    blocking_discussions_resolved: true,
    approvals_before_merge: null,
  };
}

/** As it stands alone. */
export function shownMergeRequest(
  request: FakeMergeRequest,
  project: FakeProject,
  state: GitlabState,
  world: World,
): ShownMergeRequest {
  const version = newestVersion(request);
  return {
    ...listedMergeRequest(request, project, state, world),
    subscribed: true,
    changes_count: "1",
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: null,
    head_pipeline: null,
    diff_refs: {
      base_sha: version?.baseSha ?? request.sha,
      head_sha: version?.headSha ?? request.sha,
      start_sha: version?.startSha ?? request.sha,
    },
    merge_error: null,
    first_contribution: false,
    user: { can_merge: true },
  };
}

export function mergeRequestUrl(request: FakeMergeRequest, project: FakeProject, world: World): string {
  return `${world.webUrl}/${project.path}/-/merge_requests/${request.iid}`;
}

import { ApiRefusal, invalid } from "./api-answer.ts";
import { followBranch } from "./diff-versions.ts";
import { isDraftTitle } from "./draft-title.ts";
import { type FakeMergeRequest, type FakeProject, type FakeUser, nextId } from "./gitlab-state.ts";
import { mergeRequestPayload } from "./hook-payloads.ts";
import { addSystemNote } from "./note-acts.ts";
import type { World } from "./world.ts";

/** What people and programs do with merge requests; each tells the project's hooks. */

export type NewMergeRequest = {
  title: string;
  description: string;
  sourceBranch: string;
  targetBranch: string;
  /** The fork that the source branch is in. */
  sourceProjectId?: number;
};

/**
 * @throws 400 for a branch that is not there, 409 while another merge request of the same branches is open, 422 for one branch as both; in
 * GitLab's words
 */
export async function openMergeRequest(
  project: FakeProject,
  by: FakeUser,
  asked: NewMergeRequest,
  world: World,
): Promise<FakeMergeRequest> {
  const source = world.state.projects.find((one) => one.id === asked.sourceProjectId) ?? project;
  if (source === project && asked.sourceBranch === asked.targetBranch)
    throw new ApiRefusal(422, { message: ["You can't use same project/branch for source and target"] });
  checkWords(asked);
  const sha = await world.branchTip(source, asked.sourceBranch);
  if (sha === null) throw invalid("source_branch", "does not exist");
  if ((await world.branchTip(project, asked.targetBranch)) === null) throw invalid("target_branch", "does not exist");
  refuseSecondOpen(project, { ...asked, sourceProjectId: source.id });

  const now = world.now();
  const request: FakeMergeRequest = {
    id: nextId(world.state),
    iid: Math.max(0, ...project.mergeRequests.map((one) => one.iid)) + 1,
    ...asked,
    state: "opened",
    sourceProjectId: source.id,
    authorId: by.id,
    sha,
    mergeCommitSha: null,
    squashCommitSha: null,
    createdAt: now,
    updatedAt: now,
    mergedAt: null,
    mergedById: null,
    closedAt: null,
    closedById: null,
    notes: [],
    versions: [],
  };
  project.mergeRequests.push(request);
  await followBranch(project, request, world);
  tell(project, request, by, "open", {}, world);
  return request;
}

/** Changes words; a title that gains or loses the mark of a draft changes `draft` with it. */
export function editMergeRequest(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  changes: { title?: string; description?: string; targetBranch?: string },
  world: World,
): void {
  const next = { ...request, ...changes };
  checkWords(next);
  const told: Record<string, unknown> = {};
  if (next.title !== request.title) {
    told["title"] = { previous: request.title, current: next.title };
    addSystemNote(request, by, `changed title from **${request.title}** to **${next.title}**`, world);
  }
  if (isDraftTitle(next.title) !== isDraftTitle(request.title))
    told["draft"] = { previous: isDraftTitle(request.title), current: isDraftTitle(next.title) };
  if (next.description !== request.description)
    told["description"] = { previous: request.description, current: next.description };
  if (next.targetBranch !== request.targetBranch)
    told["target_branch"] = { previous: request.targetBranch, current: next.targetBranch };
  if (Object.keys(told).length === 0) return;
  Object.assign(request, changes, { updatedAt: world.now() });
  tell(project, request, by, "update", told, world);
}

/** One that is not open stays as it is, and GitLab says nothing of it. */
export function closeMergeRequest(project: FakeProject, request: FakeMergeRequest, by: FakeUser, world: World): void {
  if (request.state !== "opened") return;
  const now = world.now();
  Object.assign(request, { state: "closed", closedAt: now, closedById: by.id, updatedAt: now });
  addSystemNote(request, by, "closed", world);
  tell(project, request, by, "close", {}, world);
}

/** @throws 409 when another one of the same branches was opened since; one that was merged stays merged */
export function reopenMergeRequest(project: FakeProject, request: FakeMergeRequest, by: FakeUser, world: World): void {
  if (request.state !== "closed") return;
  refuseSecondOpen(project, request);
  Object.assign(request, { state: "opened", closedAt: null, closedById: null, updatedAt: world.now() });
  addSystemNote(request, by, "reopened", world);
  tell(project, request, by, "reopen", {}, world);
}

/** How it was merged: with neither id it was a fast-forward. */
export type Merge = { mergeCommitSha?: string; squashCommitSha?: string };

export function mergeMergeRequest(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  merge: Merge,
  world: World,
): void {
  const now = world.now();
  Object.assign(request, { state: "merged", mergedAt: now, mergedById: by.id, updatedAt: now, ...merge });
  addSystemNote(request, by, "merged", world);
  tell(project, request, by, "merge", {}, world);
}

/** New commits on the source branch; one that is not open takes no notice. */
export function pushToMergeRequest(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  push: { before: string; after: string },
  world: World,
): void {
  if (request.state !== "opened") return;
  Object.assign(request, { sha: push.after, updatedAt: world.now() });
  addSystemNote(request, by, "added 1 commit", world);
  tell(project, request, by, "update", {}, world, push.before);
}

function checkWords(words: { title: string; description: string }): void {
  if (words.title.trim() === "") throw invalid("title", "can't be blank");
  if (words.title.length > 255) throw invalid("title", "is too long (maximum is 255 characters)");
  if (words.description.length > 1_048_576) throw invalid("description", "is too long (maximum is 1048576 characters)");
}

/** One open merge request for each pair of branches; a closed or merged one does not count. */
function refuseSecondOpen(
  project: FakeProject,
  asked: { sourceBranch: string; targetBranch: string; sourceProjectId: number | null },
): void {
  const open = project.mergeRequests.find(
    (one) =>
      one !== asked &&
      one.state === "opened" &&
      one.sourceProjectId === asked.sourceProjectId &&
      one.sourceBranch === asked.sourceBranch &&
      one.targetBranch === asked.targetBranch,
  );
  if (open !== undefined)
    throw new ApiRefusal(409, {
      message: [`Another open merge request already exists for this source branch: !${open.iid}`],
    });
}

function tell(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  action: string,
  changes: object,
  world: World,
  oldrev?: string,
): void {
  const payload = mergeRequestPayload(project, request, by, action, changes, world, oldrev);
  world.announce(project, "Merge Request Hook", payload);
}

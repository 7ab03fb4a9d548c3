import { type ApiAnswer, answer, notFound } from "./api-answer.ts";
import { type ApiCall, choiceOf, numberIn, requireIn, requireOneIn, textIn } from "./api-call.ts";
import { followBranch } from "./diff-versions.ts";
import type { FakeMergeRequest, FakeProject, FakeUser } from "./gitlab-state.ts";
import { closeMergeRequest, editMergeRequest, openMergeRequest, reopenMergeRequest } from "./merge-request-acts.ts";
import { listedMergeRequest, shownMergeRequest } from "./merge-request-answer.ts";
import { page } from "./pages.ts";
import { projectOf, requireDeveloper } from "./projects.ts";
import type { World } from "./world.ts";

/** `POST /projects/:id/merge_requests` */
export async function createMergeRequest(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  requireDeveloper(project, call);
  requireIn(call, ["title", "source_branch", "target_branch"]);
  const request = await openMergeRequest(
    project,
    call.user as FakeUser,
    {
      title: textIn(call, "title") ?? "",
      description: textIn(call, "description") ?? "",
      sourceBranch: textIn(call, "source_branch") ?? "",
      targetBranch: textIn(call, "target_branch") ?? "",
    },
    world,
  );
  return answer(201, shownMergeRequest(request, project, world.state, world));
}

/** `GET /projects/:id/merge_requests/:iid` */
export async function showMergeRequest(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const request = mergeRequestOf(project, call);
  await followBranch(project, request, world);
  return answer(200, shownMergeRequest(request, project, call.state, world));
}

const listStates = ["opened", "closed", "locked", "merged", "all"] as const;

/** `GET /projects/:id/merge_requests`: newest first unless told; also those of forks. */
export async function listMergeRequests(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const state = choiceOf(call.query.get("state"), "state", listStates) ?? "all";
  const orderBy = choiceOf(call.query.get("order_by"), "order_by", ["created_at", "updated_at"]) ?? "created_at";
  const sort = choiceOf(call.query.get("sort"), "sort", ["asc", "desc"]) ?? "desc";
  const source = call.query.get("source_branch");
  const target = call.query.get("target_branch");
  const found = project.mergeRequests.filter(
    (request) =>
      (state === "all" || request.state === state) &&
      (source === null || request.sourceBranch === source) &&
      (target === null || request.targetBranch === target),
  );
  for (const request of found) await followBranch(project, request, world);
  const timeOf = (request: FakeMergeRequest) => (orderBy === "created_at" ? request.createdAt : request.updatedAt);
  found.sort((a, b) => timeOf(a).localeCompare(timeOf(b)) || a.id - b.id);
  if (sort === "desc") found.reverse();
  return page(found, call, world, (request) => listedMergeRequest(request, project, call.state, world));
}

/** `PUT /projects/:id/merge_requests/:iid` */
export async function updateMergeRequest(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  requireDeveloper(project, call);
  const request = mergeRequestOf(project, call);
  requireOneIn(call, ["description", "state_event", "target_branch", "title"]);
  const by = call.user as FakeUser;
  const stateEvent = choiceOf(textIn(call, "state_event"), "state_event", ["close", "reopen"]);
  const title = textIn(call, "title");
  const description = textIn(call, "description");
  const targetBranch = textIn(call, "target_branch");
  const changes = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(targetBranch === undefined ? {} : { targetBranch }),
  };
  editMergeRequest(project, request, by, changes, world);
  if (stateEvent === "close") closeMergeRequest(project, request, by, world);
  if (stateEvent === "reopen") reopenMergeRequest(project, request, by, world);
  await followBranch(project, request, world);
  return answer(200, shownMergeRequest(request, project, world.state, world));
}

export function mergeRequestOf(project: FakeProject, call: ApiCall): FakeMergeRequest {
  const iid = numberIn(call, "iid");
  const request = project.mergeRequests.find((one) => one.iid === iid);
  if (request === undefined) throw notFound();
  return request;
}

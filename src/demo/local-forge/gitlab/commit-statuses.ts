import type { CommitStatusSchema } from "@gitbeaker/rest";
import { branchesWith } from "../git-change.ts";
import type { Replaced } from "./answer-shape.ts";
import { type ApiAnswer, answer, ApiRefusal, invalid, notFound } from "./api-answer.ts";
import { type ApiCall, choiceOf, requireIn, textIn } from "./api-call.ts";
import { commitOf } from "./commits.ts";
import { type FakeProject, type FakeStatus, type FakeUser, type GitlabState, nextId, userOf } from "./gitlab-state.ts";
import { page } from "./pages.ts";
import { projectOf, requireDeveloper } from "./projects.ts";
import { type ShownUser, shownUser } from "./users.ts";
import type { World } from "./world.ts";

type ShownStatus = Omit<
  Replaced<
    CommitStatusSchema,
    { author: ShownUser; description: string | null; target_url: string | null; coverage: null }
  >,
  "started_at" | "finished_at"
>;

const states = ["pending", "running", "success", "failed", "canceled"] as const;

/** `POST /projects/:id/statuses/:sha`: one that has not ended is changed, else there is another. */
export async function createCommitStatus(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  requireDeveloper(project, call);
  requireIn(call, ["state"]);
  const state = choiceOf(textIn(call, "state"), "state", states) ?? "pending";
  const sha = await commitOf(project, call.parts["sha"] ?? "", world);
  const ref = textIn(call, "ref") ?? (await branchOf(project, sha, world));
  if (ref === undefined) throw notFound("References for commit");
  const name = textIn(call, "name") ?? textIn(call, "context") ?? "default";
  const description = textIn(call, "description") ?? null;
  const targetUrl = textIn(call, "target_url") ?? null;
  for (const [field, text] of Object.entries({ description, target_url: targetUrl }))
    if (text !== null && text.length > 255) throw invalid(field, "is too long (maximum is 255 characters)");

  const by = call.user as FakeUser;
  const known = project.statuses.find(
    (one) => one.sha === sha && one.ref === ref && one.name === name && one.authorId === by.id && isUnderWay(one.state),
  );
  if (known?.state === state || (known?.state === "running" && state === "pending"))
    throw new ApiRefusal(400, {
      message: `Cannot transition status via :enqueue from :${known.state} (Reason(s): Status cannot transition via "enqueue")`,
    });
  const status: FakeStatus = known ?? {
    id: nextId(world.state),
    sha,
    ref,
    name,
    authorId: by.id,
    createdAt: world.now(),
    state,
    description,
    targetUrl,
  };
  if (known === undefined) project.statuses.push(status);
  Object.assign(status, { state, description, targetUrl });
  return answer(201, shownStatus(status, world.state, world));
}

/** `GET /projects/:id/repository/commits/:sha/statuses`: of each name the newest. */
export async function listCommitStatuses(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const sha = await commitOf(project, call.parts["sha"] ?? "", world);
  const name = call.query.get("name");
  const found = newestStatuses(project, sha).filter((status) => name === null || status.name === name);
  return page(found, call, world, (status) => shownStatus(status, call.state, world));
}

/** Of each name the newest. */
export function newestStatuses({ statuses }: FakeProject, sha: string): FakeStatus[] {
  return [...new Map(statuses.filter((one) => one.sha === sha).map((one) => [one.name, one])).values()];
}

function isUnderWay(state: FakeStatus["state"]): boolean {
  return state === "pending" || state === "running";
}

async function branchOf(project: FakeProject, sha: string, world: World): Promise<string | undefined> {
  const git = world.git();
  if (git !== null) return (await branchesWith(git, project.path, sha))[0];
  return Object.entries(project.branches).find(([, tip]) => tip === sha)?.[0];
}

function shownStatus(status: FakeStatus, state: GitlabState, world: World): ShownStatus {
  return {
    id: status.id,
    sha: status.sha,
    ref: status.ref,
    status: status.state,
    name: status.name,
    target_url: status.targetUrl,
    description: status.description,
    created_at: status.createdAt,
    allow_failure: false,
    coverage: null,
    author: shownUser(userOf(state, status.authorId), world),
  };
}

import { type ApiAnswer, answer, ApiRefusal, invalid } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { accountOf, secondsOf } from "./pulls.ts";
import type { FakeCheckRun, FakeStatus } from "./review-state.ts";
import type { FakeRepository, World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** `GET /repos/…/commits/<sha>/check-runs`: of each name the newest. */
export async function listCheckRuns(
  call: ApiCall,
  repository: FakeRepository,
  sha: string,
  world: World,
): Promise<ApiAnswer> {
  const name = call.query.get("check_name");
  const appId = call.query.get("app_id");
  const runs = repository.checkRuns.filter(
    (run) =>
      run.headSha === sha && (name === null || run.name === name) && (appId === null || run.appId === Number(appId)),
  );
  const newest = [...new Map(runs.map((run) => [`${run.appId} ${run.name}`, run])).values()].toReversed();
  return answer(200, {
    total_count: newest.length,
    check_runs: newest.map((run) => shownCheckRun(run, repository, world)),
  });
}

/** `POST /repos/…/check-runs` */
export async function createCheckRun(
  call: ApiCall,
  repository: FakeRepository,
  _rest: string,
  world: World,
): Promise<ApiAnswer> {
  const appId = mustBeApp(call);
  const body = call.body as RunBody;
  const run: FakeCheckRun = {
    id: world.nextId(),
    appId,
    headSha: body.head_sha ?? "",
    name: body.name ?? "",
    status: "queued",
    conclusion: null,
    detailsUrl: null,
    title: null,
    summary: null,
    startedAt: secondsOf(world.now()),
    completedAt: null,
  };
  change(run, body, world);
  repository.checkRuns.push(run);
  return answer(201, shownCheckRun(run, repository, world));
}

/** `PATCH /repos/…/check-runs/<id>` */
export async function updateCheckRun(
  call: ApiCall,
  repository: FakeRepository,
  id: string,
  world: World,
): Promise<ApiAnswer> {
  const appId = mustBeApp(call);
  const run = repository.checkRuns.find((one) => one.id === Number(id));
  if (run === undefined) throw new ApiRefusal(404, "Not Found");
  if (run.appId !== appId)
    throw new ApiRefusal(
      403,
      "Invalid app_id `" + String(appId) + "` - check run can only be modified by the GitHub App that created it.",
    );
  change(run, call.body as RunBody, world);
  return answer(200, shownCheckRun(run, repository, world));
}

/** `POST /repos/…/statuses/<sha>`: the newest of a context counts. */
export async function createStatus(
  call: ApiCall,
  repository: FakeRepository,
  sha: string,
  world: World,
): Promise<ApiAnswer> {
  const { context = "default", state, description = null, target_url: targetUrl = null } = call.body as StatusBody;
  if (description !== null && description.length > 140)
    throw invalid("Status", {
      field: "description",
      code: "custom",
      message: "description is too long (maximum is 140 characters)",
    });
  const login = call.asker.kind === "user" ? call.asker.login : "";
  const status: FakeStatus = {
    id: world.nextId(),
    sha,
    context,
    state,
    description,
    targetUrl,
    login,
    createdAt: secondsOf(world.now()),
  };
  repository.statuses.push(status);
  const creator = await accountOf(login, call.asker, world);
  return answer(201, {
    url: `${world.webUrl}${world.prefix}/repos/${repository.slug}/statuses/${sha}`,
    avatar_url: creator["avatar_url"],
    id: status.id,
    node_id: `SC_kwDO${status.id}`,
    state,
    description,
    target_url: targetUrl,
    context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator,
  });
}

type RunBody = {
  name?: string;
  head_sha?: string;
  status?: FakeCheckRun["status"];
  conclusion?: string;
  details_url?: string;
  output?: { title: string; summary: string };
};
type StatusBody = {
  context?: string;
  state: FakeStatus["state"];
  description?: string | null;
  target_url?: string | null;
};

/** Only an App may, and only one that was granted it. */
function mustBeApp({ asker }: ApiCall): number {
  const token = asker.kind === "user" ? asker.token : null;
  if (token?.app === undefined) throw new ApiRefusal(403, "You must authenticate via a GitHub App.");
  if (token.app.permissions["checks"] !== "write")
    throw new ApiRefusal(403, "Resource not accessible by integration", {
      headers: { "x-accepted-github-permissions": "checks=write" },
    });
  return token.app.id;
}

function change(run: FakeCheckRun, body: RunBody, world: World): void {
  if (body.status !== undefined) run.status = body.status;
  if (body.conclusion !== undefined) {
    run.status = "completed";
    run.conclusion = body.conclusion;
    run.completedAt = secondsOf(world.now());
  }
  if (body.details_url !== undefined) run.detailsUrl = body.details_url;
  if (body.output !== undefined) {
    run.title = body.output.title;
    run.summary = body.output.summary;
  }
}

function shownCheckRun(run: FakeCheckRun, repository: FakeRepository, { webUrl, prefix }: World): JsonObject {
  const url = `${webUrl}${prefix}/repos/${repository.slug}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: `CR_kwDO${run.id}`,
    head_sha: run.headSha,
    name: run.name,
    external_id: "",
    url,
    html_url: `${webUrl}/${repository.slug}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
}

import { actionOf, announce } from "./announce.ts";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { mustBeAllowed } from "./asker.ts";
import { dress, issueOf } from "./dress.ts";
import { handleGraphql } from "./graphql.ts";
import { answerOurselves } from "./own-routes.ts";
import { checkNewPullRequest, checkNotLocked, checkWords } from "./refusals.ts";
import { type FakeRepository, findRepository, type MadeKind, type World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** Answers a call as GitHub would: what the emulator keeps, by GitHub's rules, in GitHub's words. Throws ApiRefusal. */
export async function handle(call: ApiCall, world: World): Promise<ApiAnswer> {
  if (call.path.endsWith("/graphql")) return await handleGraphql(call, world);
  const about = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(call.path);
  if (about !== null) return await handleNamed(call, about[1] ?? "", about[2] ?? "", world);
  const byId = /^\/repositories\/(\d+)(\/.*)?$/.exec(call.path);
  if (byId === null) return await handleOther(call, world);
  const repository = world.repositories.find(({ id }) => id === Number(byId[1]));
  if (repository === undefined) throw new ApiRefusal(404, "Not Found");
  return await inRepository(call, repository, byId[2] ?? "", world);
}

async function handleNamed(call: ApiCall, slug: string, rest: string, world: World): Promise<ApiAnswer> {
  const repository = findRepository(world, slug);
  if (repository !== undefined) return await inRepository(call, repository, rest, world);
  const moved = world.repositories.find(({ formerSlugs }) =>
    formerSlugs.some((former) => former.toLowerCase() === slug.toLowerCase()),
  );
  if (moved === undefined) throw new ApiRefusal(404, "Not Found");
  mustBeAllowed(call.asker, moved, true);
  const query = call.query.size === 0 ? "" : `?${call.query.toString()}`;
  const url = `${world.webUrl}${world.prefix}/repositories/${moved.id}${rest}${query}`;
  return answer(isRead(call) ? 301 : 307, { message: "Moved Permanently", url }, { location: url });
}

/** `/user`, `/users/…` and what an App asks for itself. */
async function handleOther(call: ApiCall, world: World): Promise<ApiAnswer> {
  const isForApps = call.path === "/app" || call.path.startsWith("/app/");
  if (isForApps !== (call.asker.kind === "app"))
    throw new ApiRefusal(isForApps ? 401 : 403, "A JSON web token could not be decoded");
  const given = await forward(call, call.path, world);
  return given.status === 201 && call.path.endsWith("/access_tokens") ? await admit(call, given, world) : given;
}

/** A token of an installation acts as the App's own user, with the rights that it was made with. */
async function admit(call: ApiCall, given: ApiAnswer, world: World): Promise<ApiAnswer> {
  const made = given.body as JsonObject;
  const { body: app } = await forward(
    { ...call, method: "GET", text: "", query: new URLSearchParams() },
    "/app",
    world,
  );
  const login = `${String((app as JsonObject)["slug"])}[bot]`;
  const permissions = made["permissions"] as Record<string, string>;
  const repositories = made["repositories"] as { id: number; full_name: string }[] | undefined;
  const token = {
    token: String(made["token"]),
    login,
    access: permissions["contents"] === "write" ? ("write" as const) : ("read" as const),
    standing: "good" as const,
    repositoryIds: repositories?.map(({ id }) => id) ?? null,
    kind: "installation" as const,
    app: { id: Number((app as JsonObject)["id"]), permissions },
  };
  world.tokens.push(token);
  if (repositories === undefined) return given;
  // The emulator shows them in short, GitHub whole.
  const whole = repositories.map(({ full_name: slug }) => world.emulator.ask({ login }, "GET", `/repos/${slug}`));
  const bodies = (await Promise.all(whole)).map(({ body }) => body);
  return { ...given, body: { ...made, repositories: await dress(bodies, { kind: "user", login, token }, world) } };
}

async function inRepository(call: ApiCall, repository: FakeRepository, rest: string, world: World): Promise<ApiAnswer> {
  if (rest === "/installation") return await forward(call, `/repos/${repository.slug}${rest}`, world);
  mustBeAllowed(call.asker, repository, isRead(call));
  const ref = /^\/git\/ref\/(.+)$/.exec(rest)?.[1];
  if (ref !== undefined) return await showRef(repository, decodeURIComponent(ref), world);
  const own = await answerOurselves(call, repository, rest, world);
  if (own !== null) return own;
  const made = kindMadeBy(call.method, rest);
  const before =
    call.method === "PATCH" ? ((await ask(call, repository, rest, "GET", world)).body as JsonObject) : null;
  await refuseWhatGithubRefuses(call, repository, rest, world);
  const given = await askForIssueToo(call, repository, rest, world);
  if (given.status >= 300) return given;
  if (made !== null) remember(call, repository, made, given.body as JsonObject, world);
  if (!isRead(call)) await tell(call, repository, rest, before, given.body as JsonObject, world);
  return isRead(call) ? seen(call, repository, rest, given, world) : given;
}

async function showRef(repository: FakeRepository, ref: string, world: World): Promise<ApiAnswer> {
  const branch = /^heads\/(.+)$/.exec(ref)?.[1];
  const sha = branch === undefined ? null : await world.branchTip(repository, branch);
  if (sha === null) throw new ApiRefusal(404, "Not Found");
  const url = `${world.webUrl}${world.prefix}/repos/${repository.slug}/git`;
  return answer(200, {
    ref: `refs/${ref}`,
    node_id: "REF_kwDO",
    url: `${url}/refs/${ref}`,
    object: { type: "commit", sha, url: `${url}/commits/${sha}` },
  });
}

function kindMadeBy(method: string, rest: string): MadeKind | null {
  if (method !== "POST") return null;
  if (rest === "/pulls") return "pull-request";
  if (rest === "/issues") return "issue";
  return /^\/issues\/\d+\/comments$/.test(rest) ? "comment" : null;
}

async function refuseWhatGithubRefuses(call: ApiCall, repository: FakeRepository, rest: string, world: World) {
  if (isRead(call)) return;
  const words = call.body as JsonObject;
  if (rest.startsWith("/pulls")) checkWords("PullRequest", words);
  else checkWords(/\/comments(\/|$)/.test(rest) ? "IssueComment" : "Issue", words);
  if (call.method === "POST" && rest === "/pulls") await checkNewPullRequest(repository, words, senderOf(call), world);
  const commented = /^\/issues\/(\d+)\/comments$/.exec(rest)?.[1];
  if (commented !== undefined) checkNotLocked(repository, Number(commented));
}

/** The emulator knows a pull request as no issue. */
async function askForIssueToo(
  call: ApiCall,
  repository: FakeRepository,
  rest: string,
  world: World,
): Promise<ApiAnswer> {
  const given = await ask(call, repository, rest, call.method, world);
  const number = /^\/issues\/(\d+)$/.exec(rest)?.[1];
  if (given.status !== 404 || number === undefined || !isRead(call)) return given;
  const pull = await ask(call, repository, `/pulls/${number}`, "GET", world);
  return pull.status === 200 ? { ...pull, body: issueOf(pull.body as JsonObject) } : given;
}

async function ask(call: ApiCall, repository: FakeRepository, rest: string, method: string, world: World) {
  const path = `/repos/${repository.slug}${rest}`;
  // A comment alone has no GET among the calls that are described, but is there.
  return await forward({ ...call, method, ...(method === "GET" ? { text: "" } : {}) }, path, world);
}

async function forward(call: ApiCall, path: string, world: World): Promise<ApiAnswer> {
  const { asker, method, query, text } = call;
  const as = asker.kind === "app" ? { token: asker.token } : { login: asker.login };
  const given = await world.emulator.ask(as, method, query.size === 0 ? path : `${path}?${query.toString()}`, text);
  const link = given.headers["link"];
  return {
    ...given,
    headers: link === undefined ? {} : { link: linkById(link, world) },
    body: await dress(given.body, asker, world),
  };
}

/** GitHub's own links to further pages name the repository by its id. */
function linkById(link: string, world: World): string {
  return link.replaceAll(/<[^>]*\/repos\/([^/>]+\/[^/>]+)/g, (whole, slug: string) => {
    const repository = findRepository(world, slug);
    return repository === undefined ? whole : `<${world.webUrl}${world.prefix}/repositories/${repository.id}`;
  });
}

function remember(call: ApiCall, repository: FakeRepository, kind: MadeKind, body: JsonObject, world: World): void {
  const key = Number(kind === "comment" ? body["id"] : body["number"]);
  world.made.push({ call: call.number, kind, repositoryId: repository.id, key });
}

async function tell(
  call: ApiCall,
  repository: FakeRepository,
  rest: string,
  before: JsonObject | null,
  after: JsonObject,
  world: World,
): Promise<void> {
  const sender = senderOf(call);
  const happened = (event: string, payload: JsonObject) => announce({ repository, sender, event, payload }, world);
  const action = before === null ? "opened" : actionOf(call.body as JsonObject, before);
  if (/\/comments(\/|$)/.test(rest)) {
    const number = /\/issues\/(\d+)$/.exec(String(after["issue_url"]))?.[1] ?? "";
    const issue = await askForIssueToo({ ...call, method: "GET", text: "" }, repository, `/issues/${number}`, world);
    await happened("issue_comment", {
      action: before === null ? "created" : "edited",
      issue: issue.body,
      comment: after,
    });
  } else if (action !== null && rest.startsWith("/pulls"))
    await happened("pull_request", { action, number: after["number"], pull_request: after });
  else if (action !== null) await happened("issues", { action, issue: after });
}

function senderOf({ asker }: ApiCall): string {
  if (asker.kind === "app") throw new ApiRefusal(403, "Resource not accessible by integration");
  return asker.login;
}

/** What a copy shows that is behind; and the filter that the emulator does not know. */
function seen(call: ApiCall, repository: FakeRepository, rest: string, given: ApiAnswer, world: World): ApiAnswer {
  const since = call.query.get("since");
  const isHidden = (kind: MadeKind, key: unknown): boolean =>
    call.seenUntil !== null &&
    world.made.some(
      (made) =>
        made.call > (call.seenUntil ?? 0) &&
        made.kind === kind &&
        made.key === key &&
        made.repositoryId === repository.id,
    );
  const one = /^\/(pulls|issues)\/(\d+)$/.exec(rest);
  if (one !== null && isHidden(one[1] === "pulls" ? "pull-request" : "issue", Number(one[2])))
    throw new ApiRefusal(404, "Not Found");
  if (!Array.isArray(given.body)) return given;
  const isComments = rest.endsWith("/comments");
  const items = (given.body as JsonObject[]).filter((item) =>
    isComments
      ? !isHidden("comment", item["id"]) && (since === null || String(item["updated_at"]) >= `${since.slice(0, 19)}Z`)
      : !isHidden("pull-request", item["number"]),
  );
  return { ...given, body: items };
}

function isRead({ method }: Pick<ApiCall, "method">): boolean {
  return method === "GET" || method === "HEAD";
}

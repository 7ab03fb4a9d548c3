import { bringCommit } from "../../../src/demo/local-forge/git-change.ts";
import { type FakeRepository, shaFor, type World } from "./world.ts";
import type { Asker } from "./asker.ts";

type JsonObject = Record<string, unknown>;

/**
 * Makes the emulator's answer one that GitHub would give: times in whole seconds, heads of branches as they are, what the credential may do, and what
 * the emulator does not know at all.
 */
export async function dress(body: unknown, asker: Asker, world: World): Promise<unknown> {
  if (Array.isArray(body)) return await Promise.all(body.map((part) => dress(part, asker, world)));
  if (!isObject(body)) return body;
  const dressed: JsonObject = {};
  for (const [name, value] of Object.entries(body)) {
    if (typeof value === "string") dressed[name] = dressText(name, value, world);
    else dressed[name] = await dress(value, asker, world);
  }
  if (typeof dressed["full_name"] === "string") dressRepository(dressed, asker, world);
  if (isObject(dressed["head"]) && isObject(dressed["base"])) await dressPullRequest(dressed, world);
  if (typeof dressed["login"] === "string") dressAccount(dressed, dressed["login"], world);
  if (isObject(dressed["account"])) dressed["target_id"] = dressed["account"]["id"];
  if ("installations_count" in dressed) dressed["owner"] = ownerOfApps(world);
  return dressed;
}

/** An App belongs to somebody; the emulator does not say to whom. */
function ownerOfApps(world: World): JsonObject {
  const [login = ""] = world.repositories.map(({ slug }) => slug.split("/")[0] ?? "");
  const url = `${world.webUrl}${world.prefix}/users/${login}`;
  const owner = { login, id: 1, node_id: "O_1", avatar_url: `${world.webUrl}/avatars/u/${login}`, url, type: "User" };
  dressAccount(owner, login, world);
  return owner;
}

/** An organisation is shown as an account like any other where it owns something. */
function dressAccount(dressed: Record<string, unknown>, login: string, { webUrl, prefix }: World): void {
  if (login.endsWith("[bot]")) dressed["type"] = "Bot";
  dressed["gravatar_id"] ??= "";
  dressed["html_url"] ??= `${webUrl}/${login}`;
  dressed["site_admin"] ??= false;
  for (const name of accountUrls) dressed[`${name}_url`] ??= `${webUrl}${prefix}/users/${login}/${name}`;
}

const accountUrls = [
  "followers",
  "following",
  "gists",
  "starred",
  "subscriptions",
  "organizations",
  "repos",
  "events",
  "received_events",
];

/** An issue as GitHub shows a pull request to those who ask for the issue of its number. */
export function issueOf(pullRequest: JsonObject): JsonObject {
  const issueUrl = String(pullRequest["issue_url"]);
  const same = [
    "id",
    "node_id",
    "html_url",
    "number",
    "state",
    "locked",
    "title",
    "user",
    "body",
    "created_at",
    "updated_at",
    "closed_at",
    "assignee",
    "assignees",
    "labels",
    "milestone",
  ];
  return {
    ...Object.fromEntries(same.map((name) => [name, pullRequest[name]])),
    url: issueUrl,
    repository_url: issueUrl.replace(/\/issues\/\d+$/, ""),
    labels_url: `${issueUrl}/labels{/name}`,
    comments_url: `${issueUrl}/comments`,
    events_url: `${issueUrl}/events`,
    comments: pullRequest["comments"] ?? 0,
    author_association: "MEMBER",
    pull_request: {
      url: pullRequest["url"],
      html_url: pullRequest["html_url"],
      diff_url: pullRequest["diff_url"],
      patch_url: pullRequest["patch_url"],
      merged_at: pullRequest["merged_at"],
    },
  };
}

function dressText(name: string, value: string, { webUrl, prefix }: World): string {
  if (name.endsWith("_at") && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return `${value.slice(0, 19)}Z`;
  const isApiUrl = /^(repos|users|orgs|app|repositories)\//.test(value.slice(webUrl.length + 1));
  return prefix !== "" && value.startsWith(`${webUrl}/`) && isApiUrl
    ? `${webUrl}${prefix}${value.slice(webUrl.length)}`
    : value;
}

function dressRepository(dressed: JsonObject, asker: Asker, { repositories }: World): void {
  const repository = repositories.find(({ id }) => id === dressed["id"]);
  if (repository === undefined) return;
  dressed["private"] = repository.isPrivate;
  dressed["visibility"] = repository.isPrivate ? "private" : "public";
  dressed["archived"] = repository.isArchived;
  dressed["network_count"] = 0;
  dressed["subscribers_count"] = 0;
  if ("permissions" in dressed) {
    const mayWrite = asker.kind === "user" && asker.token?.access !== "read";
    dressed["permissions"] = { admin: false, maintain: false, push: mayWrite, triage: mayWrite, pull: true };
  }
}

async function dressPullRequest(dressed: JsonObject, world: World): Promise<void> {
  const [head, base] = [dressed["head"] as JsonObject, dressed["base"] as JsonObject];
  const repository = repositoryIn(base, world);
  const number = Number(dressed["number"]);
  if (repository === undefined) return;
  // The branch of a fork is the fork's.
  const from = repositoryIn(head, world) ?? repository;
  const tip = dressed["state"] === "open" ? await world.branchTip(from, String(head["ref"])) : null;
  const sha = tip ?? repository.headShas[number] ?? String(head["sha"]);
  if (repository.headShas[number] !== sha) await keepHead(sha, number, from, repository, world);
  repository.headShas[number] = sha;
  head["sha"] = sha;
  base["sha"] = (await world.branchTip(repository, String(base["ref"]))) ?? base["sha"];
  // An open one has the commit of a trial merge there, which is on no branch.
  dressed["merge_commit_sha"] =
    repository.mergeCommits[number] ?? (dressed["state"] === "open" ? shaFor(`trial ${String(head["sha"])}`) : null);
}

/** Under `refs/pull/…` GitHub keeps the newest commit of every pull request, wherever it was pushed to, and whatever becomes of the branch. */
async function keepHead(
  sha: string,
  number: number,
  from: FakeRepository,
  repository: FakeRepository,
  world: World,
): Promise<void> {
  const git = world.git();
  if (git === null) return;
  await bringCommit(git, { from: from.slug, to: repository.slug, sha, ref: `refs/pull/${number}/head` });
}

function repositoryIn(branch: JsonObject, { repositories }: World): FakeRepository | undefined {
  const { repo } = branch;
  return isObject(repo) ? repositories.find(({ id }) => id === repo["id"]) : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

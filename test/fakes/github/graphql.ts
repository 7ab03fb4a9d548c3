import { lineIn } from "../../../src/demo/local-forge/git-change.ts";
import { announce } from "./announce.ts";
import { type ApiAnswer, answer } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { mustBeAllowed } from "./asker.ts";
import { accountOf, pullRequestOf, type ShownPull } from "./pulls.ts";
import type { FakeReviewComment, FakeThread } from "./review-state.ts";
import { commentUrl } from "./reviews.ts";
import { type FakeRepository, findRepository, type World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** A document that this GitHub knows, its own name for it, and what its variables are. */
type Known = { name: string; document: string; variables: Record<string, "text" | "number" | "text or null"> };

const comment = `pageInfo { hasNextPage endCursor } nodes { fullDatabaseId url body createdAt updatedAt
  author { kind: __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Mannequin { databaseId } }
  pullRequestReview { fullDatabaseId } }`;

/** GraphQL has no description that could be checked here, so that what is sent must be one of these to the word. */
const known: Known[] = [
  {
    name: "graphql/ReviewThreads",
    document: `query ReviewThreads($owner: String!, $name: String!, $number: Int!, $after: String) {
      repository(owner: $owner, name: $name) { pullRequest(number: $number) { number
        reviewThreads(first: 50, after: $after) { pageInfo { hasNextPage endCursor } nodes {
          id isResolved path line diffSide resolvedBy { kind: __typename login databaseId }
          comments(first: 50) { ${comment} } } } } } }`,
    variables: { owner: "text", name: "text", number: "number", after: "text or null" },
  },
  {
    name: "graphql/ThreadComments",
    document: `query ThreadComments($threadId: ID!, $after: String) { node(id: $threadId) {
      ... on PullRequestReviewThread { id comments(first: 100, after: $after) { ${comment} } } } }`,
    variables: { threadId: "text", after: "text or null" },
  },
  {
    name: "graphql/ResolveThread",
    document: `mutation ResolveThread($threadId: ID!) {
      resolveReviewThread(input: { threadId: $threadId }) { thread { id isResolved } } }`,
    variables: { threadId: "text" },
  },
];

/** Which of the documents it is; null when it is none. */
export function graphqlOperation(body: unknown): string | null {
  return knownIn(body)?.name ?? null;
}

/** What is wrong with a request; empty when nothing is. */
export function graphqlFaults(body: unknown): string[] {
  const found = knownIn(body);
  if (found === undefined) return [`This GitHub does not know the document ${JSON.stringify(body)}`];
  const { variables = {}, ...rest } = body as { variables?: JsonObject };
  const extra = Object.keys(rest).filter((name) => name !== "query");
  const names = new Set([...Object.keys(variables), ...Object.keys(found.variables)]);
  return [
    ...extra.map((name) => `${found.name}: ${name} means nothing here`),
    ...[...names]
      .filter((name) => !isA(variables[name], found.variables[name]))
      .map((name) => `${found.name}: $${name} is not what it must be`),
  ];
}

/** Answers with status 200, whatever comes of it. */
export async function handleGraphql(call: ApiCall, world: World): Promise<ApiAnswer> {
  const { variables } = call.body as { variables: Record<string, string & number> };
  const { owner, name, number = 0, after = null, threadId = "" } = variables as Variables;
  switch (graphqlOperation(call.body)) {
    case "graphql/ReviewThreads": {
      const repository = visible(findRepository(world, `${owner}/${name}`) ?? movedTo(`${owner}/${name}`, world), call);
      if (repository === null)
        return refusal("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      const pull = await pullRequestOf(repository, number, call.asker, world).catch(() => null);
      if (pull === null)
        return refusal("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
      const threads = repository.threads.filter((one) => one.pullNumber === number && !isHidden(one, call, world));
      const { items, pageInfo } = pageOf(threads, 50, after);
      const nodes = await Promise.all(items.map((one) => shownThread(one, repository, pull, call, world)));
      return data({ repository: { pullRequest: { number, reviewThreads: { pageInfo, nodes } } } });
    }
    case "graphql/ThreadComments": {
      const found = threadCalled(threadId, call, world);
      if (found === null) return noNode(threadId);
      const comments = await shownComments(found.thread, found.repository, 100, after, call, world);
      return data({ node: { id: threadId, comments } });
    }
    case "graphql/ResolveThread": {
      const found = threadCalled(threadId, call, world);
      if (found === null) return noNode(threadId);
      if (call.asker.kind === "user" && call.asker.token?.access === "read")
        return refusal("FORBIDDEN", "Resource not accessible by personal access token");
      await resolve(found.thread, found.repository, call, world);
      return data({ resolveReviewThread: { thread: { id: threadId, isResolved: true } } });
    }
    case null:
    default:
      return answer(200, { errors: [{ message: "Parse error", extensions: { code: "undefinedField" } }] });
  }
}

/** A thread's conversation is over, for whoever says so; a second time changes nothing. */
export async function resolve(
  thread: FakeThread,
  repository: FakeRepository,
  call: ApiCall,
  world: World,
): Promise<void> {
  if (thread.resolvedBy !== null) return;
  thread.resolvedBy = call.asker.kind === "user" ? call.asker.login : "";
  const pull = await pullRequestOf(repository, thread.pullNumber, call.asker, world);
  const payload = { action: "resolved", pull_request: pull, thread: { node_id: thread.id, comments: [] } };
  await announce({ repository, sender: thread.resolvedBy, event: "pull_request_review_thread", payload }, world);
}

type Variables = { owner?: string; name?: string; number?: number; after?: string | null; threadId?: string };

function knownIn(body: unknown): Known | undefined {
  const query = (body as JsonObject | undefined)?.["query"];
  return typeof query === "string" ? known.find(({ document }) => words(document) === words(query)) : undefined;
}

/** Spaces and line breaks divide words and mean nothing else, in documents without texts. */
function words(document: string): string {
  return document
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ ?([{}():,]) ?/g, "$1")
    .trim();
}

function isA(value: unknown, kind: Known["variables"][string] | undefined): boolean {
  if (kind === "number") return Number.isInteger(value);
  if (kind === "text or null") return value === null || typeof value === "string";
  return kind === "text" && typeof value === "string";
}

function data(value: object): ApiAnswer {
  return answer(200, { data: value });
}

function refusal(type: string, message: string): ApiAnswer {
  return answer(200, { data: null, errors: [{ type, path: [], locations: [{ line: 2, column: 3 }], message }] });
}

function noNode(id: string): ApiAnswer {
  return refusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
}

/** GraphQL leads from an old name to the new one by itself. */
function movedTo(slug: string, { repositories }: World): FakeRepository | undefined {
  return repositories.find(({ formerSlugs }) =>
    formerSlugs.some((former) => former.toLowerCase() === slug.toLowerCase()),
  );
}

function visible(repository: FakeRepository | undefined, { asker }: ApiCall): FakeRepository | null {
  if (repository === undefined) return null;
  try {
    mustBeAllowed(asker, repository, true);
    return repository;
  } catch {
    return null;
  }
}

function threadCalled(
  id: string,
  call: ApiCall,
  world: World,
): { thread: FakeThread; repository: FakeRepository } | null {
  for (const repository of world.repositories) {
    const thread = repository.threads.find((one) => one.id === id);
    if (thread !== undefined && visible(repository, call) !== null) return { thread, repository };
  }
  return null;
}

function isHidden({ key }: FakeThread, { seenUntil }: ApiCall, { made }: World): boolean {
  return seenUntil !== null && made.some((one) => one.kind === "thread" && one.key === key && one.call > seenUntil);
}

function pageOf<Item>(
  all: Item[],
  size: number,
  after: string | null,
): { items: Item[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } {
  const from = after === null ? 0 : Number(Buffer.from(after, "base64").toString());
  const items = all.slice(from, from + size);
  const endCursor = items.length === 0 ? null : Buffer.from(String(from + items.length)).toString("base64");
  return { items, pageInfo: { hasNextPage: from + size < all.length, endCursor } };
}

async function shownThread(
  thread: FakeThread,
  repository: FakeRepository,
  pull: ShownPull,
  call: ApiCall,
  world: World,
): Promise<JsonObject> {
  const git = world.git();
  const commits = { from: thread.commitSha, to: pull.head.sha };
  const place = git === null ? thread : await lineIn(git, repository.slug, thread, commits);
  return {
    id: thread.id,
    isResolved: thread.resolvedBy !== null,
    path: place?.path ?? thread.path,
    line: place?.line ?? null,
    diffSide: "RIGHT",
    resolvedBy: thread.resolvedBy === null ? null : await actor(thread.resolvedBy, call, world),
    comments: await shownComments(thread, repository, 50, null, call, world),
  };
}

async function shownComments(
  thread: FakeThread,
  repository: FakeRepository,
  size: number,
  after: string | null,
  call: ApiCall,
  world: World,
): Promise<JsonObject> {
  const { items, pageInfo } = pageOf(thread.comments, size, after);
  const shown = async (one: FakeReviewComment): Promise<JsonObject> => ({
    fullDatabaseId: String(one.id),
    url: commentUrl(repository, thread, one.id, world),
    body: one.body,
    createdAt: one.createdAt,
    updatedAt: one.updatedAt,
    author: await actor(one.login, call, world),
    pullRequestReview: { fullDatabaseId: String(one.reviewId) },
  });
  return { pageInfo, nodes: await Promise.all(items.map(shown)) };
}

/** A bot is called without `[bot]` here. */
async function actor(login: string, call: ApiCall, world: World): Promise<JsonObject> {
  const { id } = await accountOf(login, call.asker, world);
  const isBot = login.endsWith("[bot]");
  return { kind: isBot ? "Bot" : "User", login: login.replace(/\[bot\]$/, ""), databaseId: id };
}

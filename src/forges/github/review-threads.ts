import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import { WrongAnswer } from "../forge-call.ts";
import type { CallOptions, ForgeComment, ForgeRepositoryRef, ForgeThread, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { type Page, readPages } from "../read-pages.ts";
import { idField, instantField, mustBe, numberField, urlField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import { graphqlRoute } from "./graphql.ts";
import { moreCommentsDocument, resolveDocument, threadsDocument } from "./review-thread-documents.ts";

/** A thread, and of which review each of its comments is. */
export type ReviewThread = { thread: ForgeThread; reviewIds: (string | null)[] };

/** All threads of a pull request, oldest first. Only GraphQL knows them: REST has their comments, and not whether they are resolved. */
export async function readThreads(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ReviewThread[]> {
  const what = `Reading the threads of ${ref.slug}#${number}`;
  const threads = await readPages(what, (after) =>
    client.inRepository(
      ref,
      (now) => {
        const { owner, repo } = ownerAndName(now);
        return {
          what,
          kind: "read",
          route: graphqlRoute,
          parameters: { query: threadsDocument, variables: { owner, name: repo, number, after } },
          accept: (data) => {
            const { pullRequest } = readAnswer(threadsAnswer, data).data.repository;
            mustBe("number", pullRequest.number, number);
            return pageOf(pullRequest.reviewThreads);
          },
        };
      },
      options,
    ),
  );
  const whole: ReviewThread[] = [];
  for (const thread of threads) whole.push(threadFrom(await withAllComments(client, ref, thread, options)));
  return whole;
}

/** Closes a thread's conversation. Safe to repeat: one that is resolved stays so. */
export async function resolveThread(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  threadId: string,
  options: CallOptions | undefined,
): Promise<void> {
  if (!/^[\w=+/-]{1,255}$/.test(threadId))
    throw new ForgeCallError("refused", "FORGE_REFUSED", "This is no id of a thread at GitHub.");
  await client.inRepository(
    ref,
    (now) => ({
      what: `Resolving a thread in ${now.slug}`,
      kind: "write",
      route: graphqlRoute,
      parameters: { query: resolveDocument, variables: { threadId } },
      accept: (data) => {
        const { thread } = readAnswer(resolvedAnswer, data).data.resolveReviewThread;
        mustBe("thread", thread.id, threadId);
        if (!thread.isResolved) throw new WrongAnswer("the thread is not resolved after all");
      },
    }),
    options,
  );
}

/** The rest of a conversation that does not fit onto the page with the others. */
async function withAllComments(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  thread: ThreadNode,
  options: CallOptions | undefined,
): Promise<ThreadNode> {
  const { nodes, pageInfo } = thread.comments;
  if (!pageInfo.hasNextPage) return thread;
  const what = `Reading a thread of ${ref.slug}`;
  const rest = await readPages(what, (after) =>
    client.inRepository(
      ref,
      () => ({
        what,
        kind: "read",
        route: graphqlRoute,
        parameters: {
          query: moreCommentsDocument,
          variables: { threadId: thread.id, after: after ?? pageInfo.endCursor },
        },
        accept: (data) => {
          const { node } = readAnswer(moreCommentsAnswer, data).data;
          mustBe("thread", node.id, thread.id);
          return pageOf(node.comments);
        },
      }),
      options,
    ),
  );
  return { ...thread, comments: { pageInfo, nodes: [...nodes, ...rest] } };
}

function pageOf<Item>({ nodes, pageInfo }: { nodes: Item[]; pageInfo: PageInfo }): Page<Item> {
  if (pageInfo.hasNextPage && pageInfo.endCursor === null) throw new WrongAnswer("it does not say where it goes on");
  return { items: nodes, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

function threadFrom({ comments, resolvedBy, ...thread }: ThreadNode): ReviewThread {
  return {
    reviewIds: comments.nodes.map(({ reviewId }) => reviewId),
    thread: {
      id: thread.id,
      url: comments.nodes[0]?.comment.url ?? null,
      isResolved: thread.isResolved,
      resolvedBy: thread.isResolved ? resolvedBy : null,
      path: thread.path,
      // A thread on the left side is at a line that the newest version does not have.
      line: thread.diffSide === "RIGHT" ? thread.line : null,
      comments: comments.nodes.map(({ comment }) => comment),
    },
  };
}

/** A deleted account is null, as over REST. Of a bot REST knows the login with `[bot]`, GraphQL without. */
const actorField = z
  .object({ kind: z.string(), login: z.string().min(1), databaseId: idField.nullish() })
  .nullable()
  .transform((actor): ForgeUser | null => {
    if (actor === null || actor.databaseId === null || actor.databaseId === undefined) return null;
    const isBot = actor.kind === "Bot" && !actor.login.endsWith("[bot]");
    return { id: actor.databaseId, login: isBot ? `${actor.login}[bot]` : actor.login };
  });

/** A number that may be too large for GraphQL's own is a text. */
const bigIdField = z.union([z.string().regex(/^[1-9]\d{0,19}$/), idField]);

const commentNode = z
  .object({
    fullDatabaseId: bigIdField,
    url: urlField,
    body: z.string(),
    createdAt: instantField,
    updatedAt: instantField,
    author: actorField,
    pullRequestReview: z.object({ fullDatabaseId: bigIdField.nullable() }).nullable(),
  })
  .transform((node): { comment: ForgeComment; reviewId: string | null } => ({
    reviewId: node.pullRequestReview?.fullDatabaseId ?? null,
    comment: {
      id: node.fullDatabaseId,
      url: node.url,
      body: node.body,
      author: node.author,
      createdAt: node.createdAt,
      updatedAt: node.updatedAt,
    },
  }));

type PageInfo = z.output<typeof pageInfo>;
const pageInfo = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const commentsField = z.object({ pageInfo, nodes: z.array(commentNode) });

type ThreadNode = z.output<typeof threadNode>;
const threadNode = z.object({
  id: z.string().min(1),
  isResolved: z.boolean(),
  resolvedBy: actorField,
  path: z.string(),
  line: z.int().positive().nullable(),
  diffSide: z.enum(["LEFT", "RIGHT"]),
  comments: commentsField,
});

const threadsAnswer = z.object({
  data: z.object({
    repository: z.object({
      pullRequest: z.object({
        number: numberField,
        reviewThreads: z.object({ pageInfo, nodes: z.array(threadNode) }),
      }),
    }),
  }),
});

const moreCommentsAnswer = z.object({
  data: z.object({ node: z.object({ id: z.string(), comments: commentsField }) }),
});

const resolvedAnswer = z.object({
  data: z.object({
    resolveReviewThread: z.object({ thread: z.object({ id: z.string(), isResolved: z.boolean() }) }),
  }),
});

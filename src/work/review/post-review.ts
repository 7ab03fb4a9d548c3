import { createHash } from "node:crypto";
import type { CommandOutcome } from "../../domain/command.ts";
import type { Effect, PerformEffect } from "../../domain/effect.ts";
import type { RepositoryRef } from "../../domain/repository-ref.ts";
import { ForgeCallError } from "../../forges/forge-call-error.ts";
import type { CheckReport, Forge, ForgeComment } from "../../forges/forge.ts";
import { fateOfCall } from "../fate-of-call.ts";
import { findingMark, ourThreads } from "./our-threads.ts";
import type { Posting } from "./posting.ts";

/** A review that was decided, and where it goes. */
export type ReviewToPost = {
  ref: RepositoryRef;
  number: number;
  /** See domain/review-key.ts. */
  pullRequestKey: string;
  headSha: string;
  posting: Posting;
  /** What it is known by, the same in every attempt to post it. */
  occasion: string;
  /** Where the review is shown, null when people cannot reach the dashboard. */
  url: string | null;
};

export type PostReviewDeps = {
  forge: Forge;
  performEffect: PerformEffect;
  isMarked: (text: string) => boolean;
  signal: AbortSignal;
};

export type PostedReview =
  | {
      kind: "posted";
      summaryUrl: string;
      /** Where the findings are discussed that have a thread. */
      threads: { findingId: string; id: string; url: string | null }[];
      /** What the forge would not take, one sentence each. */
      notes: string[];
    }
  | { kind: "open"; outcome: Extract<CommandOutcome, { kind: "wait" | "failed" }> };

/** As the check is called beside a commit; one for each. */
export const checkName = "pullwright review";

/**
 * Puts a review onto its pull request: comments at lines, the one summary, threads of findings that are gone, the check. However often it is called, killed or cut
 * off, there is one of each: what may be there is looked for before it is sent.
 *
 * @throws what the forge throws, but for what it will not take at lines, of threads and of checks: the summary has it all
 */
export async function postReview(review: ReviewToPost, deps: PostReviewDeps): Promise<PostedReview> {
  const notes: string[] = [];
  const comments = await postInline(review, notes, deps);
  if (comments.kind === "open") return comments;
  const { posting } = review;
  const text = comments.isWhole ? posting.summary : posting.summaryAlone;
  const summary = await postSummary(review, text, deps);
  if (summary.kind === "open") return summary;
  for (const gone of posting.resolve) {
    const ending = await unlessRefused(() => deps.performEffect(resolveEffect(review, gone, deps)), notes);
    if (ending?.kind === "open") return ending;
  }
  const { check } = posting;
  const reported = await reportReviewCheck(
    { ...review, ...check, url: review.url ?? summary.url, occasion: review.occasion },
    notes,
    deps,
  );
  if (reported?.kind === "open") return reported;
  return { kind: "posted", summaryUrl: summary.url, threads: comments.threads, notes };
}

type Open = Extract<PostedReview, { kind: "open" }>;
type Threads = { findingId: string; id: string; url: string | null }[];

/**
 * As many as go into one request at a time, always the same ones together. Where a forge refuses them, each is tried by itself: one line that it does not have must
 * not cost the others.
 */
async function postInline(
  review: ReviewToPost,
  notes: string[],
  deps: PostReviewDeps,
): Promise<Open | { kind: "done"; threads: Threads; isWhole: boolean }> {
  const { inline } = review.posting;
  const together = deps.forge.inlineCommentsMax;
  const batches = Array.from({ length: Math.ceil(inline.length / together) }, (_, index) =>
    inline.slice(index * together, (index + 1) * together),
  );
  const threads: Threads = [];
  let isWhole = true;
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    const effect = inlineEffect(review, batch, deps);
    const refusals: string[] = [];
    const ending = await unlessRefused(() => deps.performEffect(effect), refusals);
    if (ending?.kind === "open") return ending;
    if (ending !== null) threads.push(...ending.result.threads);
    else if (batch.length > 1) batches.unshift(...batch.map((one) => [one]));
    else {
      isWhole = false;
      notes.push(...refusals);
    }
  }
  return { kind: "done", threads, isWhole };
}

/** A finding that has a thread already, by whichever review, gets no second one. */
function inlineEffect(
  { ref, number, pullRequestKey, headSha, posting }: ReviewToPost,
  batch: Posting["inline"],
  deps: PostReviewDeps,
): Effect<{ threads: Threads }> {
  const { forge } = deps;
  const ids = batch.map(({ findingId }) => findingId);
  const name = createHash("sha256").update(ids.join()).digest("hex").slice(0, 12);
  const seen = new Map<string, Threads[number]>();
  return {
    key: `inline-comments:${pullRequestKey}:${headSha}:${name}`,
    kind: "inline-comments",
    request: { number, head_sha: headSha, findings: ids },
    act: async ({ marker, signal }) => {
      const missing = batch.filter(({ findingId }) => !seen.has(findingId));
      const comments = missing.map(({ findingId, body, ...place }) => ({
        ...place,
        body: `${body}\n\n${findingMark(findingId)}\n${marker}`,
      }));
      const { threads } = await forge.postInlineComments(ref, number, { change: posting.change, comments }, { signal });
      const posted = threads.flatMap((thread, index) => {
        const findingId = missing[index]?.findingId;
        return findingId === undefined ? [] : [{ findingId, ...thread }];
      });
      return { threads: [...seen.values(), ...posted] };
    },
    readBack: async ({ signal }) => {
      for (const { findingId, thread } of await ourThreads(ref, number, { ...deps, signal }))
        if (ids.includes(findingId) && !seen.has(findingId))
          seen.set(findingId, { findingId, id: thread.id, url: thread.url });
      return seen.size === ids.length ? [{ threads: [...seen.values()] }] : [];
    },
    fateOf: fateOfCall,
  };
}

type Summary = { id: string; url: string };

/** One for a pull request, brought up to date in its place. One that a person deleted is written anew. */
async function postSummary(
  review: ReviewToPost,
  text: string,
  deps: PostReviewDeps,
): Promise<Open | ({ kind: "done" } & Summary)> {
  for (let turn = 1; ; turn += 1) {
    const made = await deps.performEffect(createSummaryEffect(review, text, turn, deps));
    if (made.kind === "open") return made;
    // What was written by an earlier attempt may have been changed since.
    if (made.by === "sent") return { ...made.result, kind: "done" };
    try {
      const updated = await deps.performEffect(updateSummaryEffect(review, text, made.result, deps));
      return updated.kind === "open" ? updated : { ...updated.result, kind: "done" };
    } catch (error) {
      const isGone = error instanceof ForgeCallError && error.kind === "not-found";
      if (!isGone || turn >= summariesMax) throw error;
    }
  }
}

/** Whoever deletes it more often wants none. */
const summariesMax = 5;

function createSummaryEffect(
  { ref, number, pullRequestKey }: ReviewToPost,
  text: string,
  turn: number,
  { forge }: PostReviewDeps,
): Effect<Summary> {
  const target = { on: "pull-request", number } as const;
  return {
    key: `review-summary:${pullRequestKey}:${turn}`,
    kind: "review-summary",
    request: { number, text_sha256: sha256(text) },
    act: async ({ marker, signal }) => shown(await forge.createComment(ref, target, `${marker}\n${text}`, { signal })),
    // All of them, not those of late: by a clock that is ahead of the forge's there would be none, and a second summary.
    readBack: async ({ isOurs, signal }) => {
      const me = await forge.whoAmI({ signal });
      const comments = await forge.listComments(ref, target, {}, { signal });
      return comments.filter(({ author, body }) => author?.id === me.id && isOurs(body)).map(shown);
    },
    fateOf: fateOfCall,
  };
}

/** Written twice it is the same: nothing has to be found before it is sent again. */
function updateSummaryEffect(
  { ref, number, pullRequestKey, headSha, occasion }: ReviewToPost,
  text: string,
  { id }: Summary,
  { forge }: PostReviewDeps,
): Effect<Summary> {
  const target = { on: "pull-request", number } as const;
  return {
    key: `update-review-summary:${pullRequestKey}:${id}:${occasion}`,
    kind: "update-review-summary",
    request: { number, comment: id, head_sha: headSha, text_sha256: sha256(text) },
    act: async ({ marker, signal }) => {
      const first = await firstMark(signal);
      return shown(await forge.updateComment(ref, target, id, `${first}${marker}\n${text}`, { signal }));
    },
    readBack: async ({ isOurs, signal }) =>
      (await forge.listComments(ref, target, {}, { signal }))
        .filter((comment) => comment.id === id && isOurs(comment.body))
        .map(shown),
    fateOf: fateOfCall,
    looksFirst: false,
    readBackAfterMs: [0],
  };

  /** The mark by which the comment was found the first time stays in it. */
  async function firstMark(signal: AbortSignal): Promise<string> {
    const comments = await forge.listComments(ref, target, {}, { signal });
    const mark = /<!-- pullwright:v1 [^>]{1,100}-->/.exec(comments.find((one) => one.id === id)?.body ?? "")?.[0];
    return mark === undefined ? "" : `${mark}\n`;
  }
}

function resolveEffect(
  { ref, number, pullRequestKey }: ReviewToPost,
  { findingId, threadId, lastConfirmedSha }: Posting["resolve"][number],
  { forge }: PostReviewDeps,
): Effect<{ thread: string }> {
  return {
    // Once for each time that it was found: whoever opens the thread again has the last word.
    key: `resolve-thread:${pullRequestKey}:${findingId}:${lastConfirmedSha}`,
    kind: "resolve-thread",
    request: { number, finding: findingId, thread: threadId },
    act: async ({ signal }) => {
      await forge.resolveThread(ref, number, threadId, { signal });
      return { thread: threadId };
    },
    // Resolving it a second time does no harm.
    readBack: async () => [],
    fateOf: fateOfCall,
    looksFirst: false,
    readBackAfterMs: [0],
  };
}

type CheckToReport = Pick<ReviewToPost, "ref" | "pullRequestKey" | "headSha"> &
  Pick<CheckReport, "state" | "title" | "summary" | "url"> & {
    /** What it is said about: a review, a command's beginning. Said of the same it is said once. */
    occasion: string;
  };

/** What stands beside the commit. The last word counts; null when the forge will not have it, which a note says. */
export async function reportReviewCheck(
  { ref, pullRequestKey, headSha, url, state, title, summary, occasion }: CheckToReport,
  notes: string[],
  { performEffect, forge }: Pick<PostReviewDeps, "performEffect" | "forge">,
) {
  const effect: Effect<{ url: string | null }> = {
    key: `review-check:${pullRequestKey}:${headSha}:${occasion}`,
    kind: "review-check",
    request: { sha: headSha, state, title, text_sha256: sha256(summary) },
    act: ({ signal }) =>
      forge.reportCheck(ref, { sha: headSha, name: checkName, state, title, summary, url }, { signal }),
    // The last word counts, also when it is said twice.
    readBack: async () => [],
    fateOf: fateOfCall,
    looksFirst: false,
    readBackAfterMs: [0],
  };
  return unlessRefused(() => performEffect(effect), notes);
}

/** What the forge says no to is left out, and noted: not every credential may do all. */
async function unlessRefused<Ending>(act: () => Promise<Ending>, notes: string[]): Promise<Ending | null> {
  try {
    return await act();
  } catch (error) {
    const isRefused = error instanceof ForgeCallError && refusals.has(error.kind);
    if (!isRefused) throw error;
    notes.push(error.message);
    return null;
  }
}

const refusals: ReadonlySet<ForgeCallError["kind"]> = new Set(["permission", "not-found", "refused", "conflict"]);

function shown({ id, url }: ForgeComment): Summary {
  return { id, url };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

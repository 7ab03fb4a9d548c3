import { setTimeout as wait } from "node:timers/promises";
import type { ReviewVerdict } from "../domain/review.ts";
import type { AskService, DemoReview } from "./ask-service.ts";
import type { FakeMergeRequest } from "./local-forge/gitlab/gitlab-state.ts";
import type { LocalForge, ShownThread } from "./local-forge/local-forge.ts";
import { nameOf } from "./request-name.ts";
import type { StoryLine } from "./story-line.ts";
import { cartRequest, mendedArrival } from "./work-at-shop.ts";

export type TellReviewsDeps = {
  forge: LocalForge;
  service: Pick<AskService, "reviewOf">;
  appUrl: string;
  /** Without the time: that is when it is said. */
  onLine: (line: Omit<StoryLine, "atSeconds">) => void;
};

/** Long enough for the half minute that Pullwright leaves between two reviews of one pull request. */
const reviewMsMax = 120_000;
const lookMs = 50;

/**
 * Tells of the review of what the agent did: it found what the agent forgot. Its reviewer says itself what it is, and whether anything shut it in. True when all came
 * as it should.
 */
export async function tellFirstReview(
  request: FakeMergeRequest,
  stopping: AbortSignal,
  deps: TellReviewsDeps,
): Promise<boolean> {
  const review = await reviewOfHead(request, stopping, deps);
  const isRight = tell(request, review, { verdict: "findings", threads: [null] }, deps);
  if (review !== null) deps.onLine({ mark: "noted", text: [`its reviewer says: ${review.explanation}`] });
  return isRight;
}

/** A person does what the review says. */
export async function mend(request: FakeMergeRequest, { forge, onLine }: TellReviewsDeps): Promise<void> {
  const { by, message, files } = mendedArrival;
  await forge.push(by, { branch: request.sourceBranch, message, files });
  onLine({ mark: "fine", text: [`${nameOf(request, forge)} pushed to by ${by}: ${message}`] });
}

/** A person opens a merge request, and nobody asks for anything: a signed webhook alone brings its review. True when that came as it should. */
export async function tellReviewByWebhook(stopping: AbortSignal, deps: TellReviewsDeps): Promise<boolean> {
  const { forge, onLine } = deps;
  const { by, branch, title, files } = cartRequest;
  await forge.push(by, { branch, message: title, files });
  const request = await forge.open(by, branch, title);
  onLine({ mark: "fine", text: [`${nameOf(request, forge)} opened by ${by}: ${title}`, forge.pageOf(request)] });
  const review = await reviewOfHead(request, stopping, deps);
  return tell(request, review, { verdict: "pass", threads: [null] }, deps);
}

/** Tells of the review of what was mended: nothing is found any more, and the thread is ended by whoever began it. True when all came as it should. */
export async function tellSecondReview(
  request: FakeMergeRequest,
  stopping: AbortSignal,
  deps: TellReviewsDeps,
): Promise<boolean> {
  const { forge, service, onLine } = deps;
  if ((await service.reviewOf(request.iid, request.sha)) === null)
    onLine({
      mark: "noted",
      text: [`${nameOf(request, forge)}: its next review begins half a minute after the last one began, on your clock`],
    });
  const review = await reviewOfHead(request, stopping, deps);
  return tell(request, review, { verdict: "pass", threads: ["acme-agent"] }, deps);
}

/** The review of its newest commit, when all of it stands at the forge; null when none came in time. */
async function reviewOfHead(
  request: FakeMergeRequest,
  stopping: AbortSignal,
  { service }: TellReviewsDeps,
): Promise<DemoReview | null> {
  const deadline = performance.now() + reviewMsMax;
  while (performance.now() < deadline) {
    const review = await service.reviewOf(request.iid, request.sha);
    if (review !== null && review.posted_at !== null) return review;
    await wait(lookMs, undefined, { signal: stopping });
  }
  return null;
}

type Expected = {
  verdict: ReviewVerdict;
  /** By whom each conversation that Pullwright began was ended. */
  threads: ShownThread["resolvedBy"][];
};

function tell(
  request: FakeMergeRequest,
  review: DemoReview | null,
  expected: Expected,
  { forge, appUrl, onLine }: TellReviewsDeps,
): boolean {
  const name = nameOf(request, forge);
  if (review === null) {
    onLine({ mark: "wrong", text: [`${name} has got no review`, forge.pageOf(request)] });
    return false;
  }
  const threads = forge.threadsOf(request).filter(({ by }) => by === "acme-agent");
  const isRight =
    review.verdict === expected.verdict &&
    JSON.stringify(threads.map(({ resolvedBy }) => resolvedBy)) === JSON.stringify(expected.threads);
  const found = review.findings.map(
    ({ priority, path, start_line: line, title }) => `P${priority} at ${path}:${line}: ${title}`,
  );
  const ended = threads.filter(({ resolvedBy }) => resolvedBy !== null).length;
  onLine({
    mark: isRight ? "fine" : "wrong",
    text: [
      `${name} reviewed by Pullwright: ${review.verdict}${isRight ? "" : `. ${review.because}`}${ended === 0 ? "" : `, and the thread at ${threads[0]?.path} resolved`}`,
      ...found,
      forge.pageOf(request),
      `${appUrl}/reviews/${review.id}`,
    ],
  });
  return isRight;
}

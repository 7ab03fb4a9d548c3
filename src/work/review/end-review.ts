import { join } from "node:path";
import { pullRequestName } from "../../domain/pull-request-name.ts";
import { instantOf } from "../../domain/clock.ts";
import type { CommandOutcome } from "../../domain/command.ts";
import { reviewKey } from "../../domain/review-key.ts";
import type { ForgePullRequest } from "../../forges/forge.ts";
import { postReview, reportReviewCheck } from "./post-review.ts";
import { openReviewArtifacts, writeReviewResult, writeSkippedReview } from "./review-artifacts.ts";
import type { DecidedReview } from "./review-memory.ts";
import type { ReviewDeps, ReviewScene } from "./review-scene.ts";

/**
 * Posts what was decided, and says how the command ends. Of a pull request that has moved on nothing is said but beside the commit: what was found is remembered. A
 * second call finds all of it done.
 */
export async function postDecided(
  decided: DecidedReview & { id: number },
  scene: ReviewScene,
  deps: ReviewDeps,
): Promise<CommandOutcome> {
  const { ref, place, command } = scene;
  const { number, pullRequestKey, result, posting } = decided;
  const now = await place.forge.getPullRequest(ref, number, { signal: deps.signal });
  const occasion = `review-${decided.id}`;
  const url = deps.baseUrl === null ? null : `${deps.baseUrl}/reviews/${decided.id}`;
  if (now.headSha !== result.headSha || now.state !== "open") {
    // It says nothing about what is there now. What it found is remembered.
    const check = { ...posting.check, state: "neutral" as const, title: "INCONCLUSIVE: the pull request has moved on" };
    await reportReviewCheck(
      { ...check, ref, pullRequestKey, headSha: result.headSha, occasion, url: url ?? now.url },
      [],
      { ...deps, forge: place.forge },
    );
    await deps.memory.settle(decided.id, { pullRequestKey, summaryUrl: null, threads: [] });
    return now.state === "open"
      ? skipForHead(now, scene, deps)
      : skipReview(`${now.url} is ${now.state} by now.`, scene, deps);
  }
  const posted = await postReview(
    { ref, number, pullRequestKey, headSha: result.headSha, posting, occasion, url },
    { ...deps, forge: place.forge },
  );
  if (posted.kind === "open") return posted.outcome;
  await deps.memory.settle(decided.id, { pullRequestKey, ...posted });
  deps.reach("review.posted");
  const artifacts = await openReviewArtifacts(scene.issueDir);
  const path = await writeReviewResult(artifacts, command.workflowId, decided, {
    commentUrl: posted.summaryUrl,
    createdAt: instantOf(deps.clock()),
    notes: posted.notes,
  });
  deps.reach("review-result.written");
  return outcomeOf(decided, { url: posted.summaryUrl, resultPath: path, reviewId: decided.id }, scene);
}

/** Says what would have been posted. */
export async function endDryRun(decided: DecidedReview, scene: ReviewScene, deps: ReviewDeps): Promise<CommandOutcome> {
  const artifacts = await openReviewArtifacts(scene.issueDir);
  const createdAt = instantOf(deps.clock());
  const resultPath = await writeReviewResult(artifacts, scene.command.workflowId, decided, {
    commentUrl: null,
    createdAt,
    notes: ["Nothing was posted."],
  });
  return outcomeOf(decided, { url: decided.url, resultPath, reviewId: null }, scene);
}

function outcomeOf(
  { result, code, posting, number, repository, artifactsDir }: DecidedReview,
  { url, resultPath, reviewId }: { url: string; resultPath: string; reviewId: number | null },
  { ref }: ReviewScene,
): CommandOutcome {
  const name = pullRequestName(ref.forge, repository, number);
  const products = {
    links: [{ label: `Review of ${name}`, url }],
    artifacts: {
      review_prompt: join(artifactsDir, "review_prompt.md"),
      review: join(artifactsDir, "review.md"),
      agent_review_log: join(artifactsDir, "agent_review.log"),
      github_comment_payload: join(artifactsDir, "github_comment_payload.json"),
      review_diff: join(artifactsDir, "review.diff"),
      review_result: resultPath,
    },
    result: {
      review_id: reviewId,
      pr_number: number,
      commit_sha: result.headSha,
      verdict: result.verdict,
      findings: result.findings.length,
      comment_url: url,
      ...(reviewId === null ? { summary: posting.summary } : {}),
    },
  };
  const because = `${name}: ${result.verdict}. ${result.because}`;
  return code === null ? { kind: "succeeded", because, ...products } : { kind: "failed", code, because, ...products };
}

/** Says in an artifact why there is nothing to say. */
export async function skipReview(
  because: string,
  { command, issueDir }: ReviewScene,
  { clock }: ReviewDeps,
): Promise<CommandOutcome> {
  const artifacts = await openReviewArtifacts(issueDir);
  const path = await writeSkippedReview(artifacts, {
    workflowId: command.workflowId,
    reason: because,
    createdAt: instantOf(clock()),
  });
  return { kind: "skipped", because, artifacts: { review_result: path } };
}

/** The head that is there now gets a review of its own; whoever asked for the old one finds it by what is handed on. */
export async function skipForHead(
  now: ForgePullRequest,
  scene: ReviewScene,
  deps: ReviewDeps,
): Promise<CommandOutcome> {
  const { ref, repository, payload } = scene;
  const skipped = await skipReview(
    `${now.url} has moved on to ${now.headSha.slice(0, 7)}, which is reviewed instead.`,
    scene,
    deps,
  );
  if (skipped.kind !== "skipped" || payload.dry_run === true) return skipped;
  return {
    ...skipped,
    result: {
      next_review: {
        review_key: reviewKey(ref.forge, ref.host, repository.id, now.number, now.headSha),
        repository: `${ref.host}/${repository.slug}`,
        pr_number: now.number,
        commit_sha: now.headSha,
      },
    },
  };
}

import { join } from "node:path";
import type { Agent } from "../../agents/agent.ts";
import { type Clock, instantOf, type SteadyClock } from "../../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../../domain/command.ts";
import type { PerformEffect } from "../../domain/effect.ts";
import type { RepositoryRef } from "../../domain/repository-ref.ts";
import { pullRequestKey as pullRequestKeyOf, reviewKey } from "../../domain/review-key.ts";
import type { Priority } from "../../domain/review.ts";
import type { CheckReport, ForgeChange, ForgePullRequest, ForgeRepository } from "../../forges/forge.ts";
import type { Git } from "../../git/git.ts";
import type { Redact } from "../../redact/redact.ts";
import { concludeReview } from "../../review/conclude-review.ts";
import type { OutputGate } from "../../review/gate/output-gate.ts";
import { type GovernorLimits, mayReview } from "../../review/governor.ts";
import { instructionsIn } from "../../review/instructions-in.ts";
import { splitChange } from "../../review/split-change.ts";
import type { FindForgePlace, ForgePlace } from "../forge-place.ts";
import { outcomeOfForgeError } from "../outcome-of-forge-error.ts";
import { waitForAgent } from "../wait-for-agent.ts";
import { askReviewer } from "./ask-reviewer.ts";
import { fetchReviewed } from "./fetch-reviewed.ts";
import { findReviewed } from "./find-reviewed.ts";
import { planPosting } from "./plan-posting.ts";
import { postReview, reportReviewCheck } from "./post-review.ts";
import {
  openKeptReview,
  openReviewArtifacts,
  writeReviewArtifacts,
  writeReviewResult,
  writeSkippedReview,
} from "./review-artifacts.ts";
import type { DecidedReview, ReviewMemory } from "./review-memory.ts";
import { readReviewPayload, type ReviewPayload } from "./review-payload.ts";
import { threadsBefore } from "./threads-before.ts";
import { whileOpen } from "./while-open.ts";

export type ReviewOptions = {
  timeoutMs: number;
  inlineMax: number;
  inlinePriority: Priority;
  isGating: boolean;
  limits: GovernorLimits;
};

export type ReviewPullRequestDeps = {
  git: Pick<Git, "openMirror">;
  placeOf: FindForgePlace;
  readRepository: (text: string) => RepositoryRef;
  /** Where a review goes that names no repository. */
  defaultRepository: string | null;
  agent: Agent;
  memory: ReviewMemory;
  performEffect: PerformEffect;
  /** Tells the outcomes of a pull request that we looked at. */
  recordPullRequest: (ref: RepositoryRef, repository: ForgeRepository, pullRequest: ForgePullRequest) => Promise<void>;
  /** What every text goes through, made anew for each review: secrets are rotated. */
  gateFor: (repositoryUrl: string) => OutputGate;
  /** For what people wrote: artifacts have it too. */
  redact: Redact;
  isMarked: (text: string) => boolean;
  clock: Clock;
  steadyMs: SteadyClock;
  signal: AbortSignal;
  reach: (step: string) => void;
  exportsDir: string;
  /** For what lives no longer than a review. */
  workDir: string;
  /** Where people see reviews, null when they cannot reach the dashboard. */
  baseUrl: string | null;
};

/**
 * Has an agent review a pull request at its head, and says on it what came of that: one summary, comments at lines, a check. What the agent said is stored before
 * anything of it is posted; so whatever dies, no model is asked twice and nothing is said twice. What failed or was not wholly read says so, and is never green.
 */
export async function reviewPullRequest(
  command: ClaimedCommand,
  options: ReviewOptions,
  deps: ReviewPullRequestDeps,
): Promise<CommandOutcome> {
  try {
    return await review(command, options, deps);
  } catch (error) {
    const outcome = outcomeOfForgeError(error, command, deps.clock);
    if (outcome === null) throw error;
    return outcome;
  }
}

/** A pull request, and what is needed to work at it. */
type Scene = {
  command: ClaimedCommand;
  payload: ReviewPayload;
  ref: RepositoryRef;
  place: ForgePlace;
  repository: ForgeRepository;
  issueDir: string;
};

async function review(
  command: ClaimedCommand,
  options: ReviewOptions,
  deps: ReviewPullRequestDeps,
): Promise<CommandOutcome> {
  const payload = readReviewPayload(command.payload);
  const ref = deps.readRepository(payload.repository ?? deps.defaultRepository ?? "");
  const place = deps.placeOf(ref);
  const repository = await place.forge.getRepository(ref, { signal: deps.signal });
  const issueDir = payload.issue_dir ?? join(deps.exportsDir, command.workflowId);
  const scene: Scene = { command, payload, ref, place, repository, issueDir };

  const decided = await deps.memory.decided(command.id);
  if (decided !== null) {
    const at = { headSha: decided.result.headSha, url: decided.url, key: decided.pullRequestKey };
    return withoutLeavingItOpen(at, scene, () => post(decided, scene, deps), deps);
  }
  const reviewed = await findReviewed(payload, ref, { forge: place.forge, signal: deps.signal });
  if (reviewed.kind === "none") return skip(reviewed.because, scene, deps);
  const { pullRequest, isMoved } = reviewed;
  await deps.recordPullRequest(ref, repository, pullRequest);
  if (isMoved && payload.asked !== true) return skipForHead(pullRequest, scene, deps);
  const change = await place.forge.getChange(ref, pullRequest.number, { signal: deps.signal });
  if (change.headSha !== pullRequest.headSha)
    return skipForHead({ ...pullRequest, headSha: change.headSha }, scene, deps);

  const key = pullRequestKeyOf(ref.forge, ref.host, repository.id, pullRequest.number);
  const past = await deps.memory.past(
    { pullRequestKey: key, forge: ref.forge, host: ref.host, repositoryId: repository.id, number: pullRequest.number },
    { headSha: pullRequest.headSha, ownLogin: (await place.forge.whoAmI({ signal: deps.signal })).login },
  );
  const permission = mayReview(
    {
      ...past,
      headSha: pullRequest.headSha,
      isAskedFor: payload.asked === true,
      isFork: change.isFork,
      isPublic: !repository.isPrivate,
      approvedHeadSha: null,
    },
    options.limits,
  );
  if (permission.kind === "refused") return skip(permission.because, scene, deps);
  const open = { ...scene, pullRequest, change, key, round: past.roundsBefore + 1, lastHeadSha: past.lastHeadSha };
  if (payload.dry_run === true) return reviewNow(open, options, deps);
  const at = { headSha: pullRequest.headSha, url: pullRequest.url, key };
  const begun = { state: "in_progress", title: "Being reviewed", summary: "A reviewer reads this commit." } as const;
  await sayBeside(at, begun, scene, deps);
  return withoutLeavingItOpen(at, scene, () => reviewNow(open, options, deps), deps);
}

type ReviewScene = Scene & {
  pullRequest: ForgePullRequest;
  change: ForgeChange;
  key: string;
  round: number;
  /** What was reviewed last of this pull request; null when nothing was. */
  lastHeadSha: string | null;
};

async function reviewNow(
  scene: ReviewScene,
  options: ReviewOptions,
  deps: ReviewPullRequestDeps,
): Promise<CommandOutcome> {
  const { command, payload, ref, place, repository, issueDir, pullRequest, change: commits, key, round } = scene;
  const startedAt = instantOf(deps.clock());
  const isDry = payload.dry_run === true;
  const before = await threadsBefore(
    { ref, number: pullRequest.number, pullRequestKey: key },
    { ...deps, forge: place.forge },
  );
  const isKnown = before.known.length > 0;
  await using fetched = await fetchReviewed(
    ref,
    { ...commits, lastHeadSha: isKnown ? scene.lastHeadSha : null },
    place,
    deps,
  );
  deps.reach("review.fetched");

  const artifacts = await openReviewArtifacts(issueDir);
  const kept = isDry ? artifacts : await openKeptReview(deps.exportsDir, command);
  const split = splitChange(fetched.change);
  const { number, title, body, baseBranch, headSha, url } = pullRequest;
  const subject = { number, title, body, baseBranch, headSha, url };
  const logPathOf = (index: number): string =>
    join(artifacts.folder, index === 0 ? "agent_review.log" : `agent_review-${index + 1}.log`);
  const lookAgain = (): Promise<ForgePullRequest> => place.forge.getPullRequest(ref, number, { signal: deps.signal });
  const said = await whileOpen(
    (signal) =>
      askReviewer(
        {
          split,
          change: fetched.change,
          subject,
          instructions: instructionsIn([...fetched.instructions].map(([path, text]) => ({ path, text }))),
          known: before.known,
          filesDir: fetched.filesDir,
          timeoutMs: options.timeoutMs,
        },
        { ...deps, signal, logPathOf },
      ),
    {
      signal: deps.signal,
      isClosed: async () => (await lookAgain()).state !== "open",
      onceClosed: (tell) =>
        deps.memory.onceClosed({ forge: ref.forge, host: ref.host, repositoryId: repository.id, number }, tell),
    },
  );
  if (said === null) return await stopForClosed(scene, deps);
  const waiting = said.failure === null ? null : waitForAgent(said.failure, command, deps.clock);
  if (waiting !== null) return waiting;

  const now = await lookAgain();
  const concluded = concludeReview(
    {
      pullRequestKey: key,
      change: fetched.change,
      split,
      outcomes: said.outcomes,
      known: before.known,
      renames: fetched.renames,
      failure: said.failure,
      isStale: now.headSha !== headSha || now.state !== "open",
      plainWords: said.plainWords,
      usage: said.usage,
      agent: deps.agent.name,
      startedAt,
      endedAt: instantOf(deps.clock()),
    },
    deps.gateFor(repository.url),
  );
  const decided: DecidedReview = {
    pullRequestKey: key,
    repository: repository.slug,
    number,
    title,
    url,
    round,
    result: concluded.result,
    code: concluded.isBlocked ? "LEAK_SUSPECTED" : (said.failure?.code ?? null),
    posting: planPosting(
      {
        concluded,
        change: fetched.change,
        commits,
        number,
        forge: ref.forge,
        repositoryUrl: repository.url,
        round,
        threads: before.threads,
        posted: before.posted,
      },
      options,
    ),
    artifactsDir: kept.folder,
  };
  const folders = kept === artifacts ? [artifacts] : [artifacts, kept];
  await writeReviewArtifacts(folders, { subject, change: fetched.change, said, review: decided }, deps.redact);
  deps.reach("review.judged");
  // Awaited here: the copy is removed behind them, and a failure is not to be nobody's meanwhile.
  if (isDry) return await dryRun(decided, scene, deps);
  const { id } = await deps.memory.decide(command, decided, concluded.remembered);
  deps.reach("review.decided");
  return await post({ ...decided, id }, scene, deps);
}

/** Nobody waits for it any more. What stands beside the commit has to end all the same. */
async function stopForClosed(scene: ReviewScene, deps: ReviewPullRequestDeps): Promise<CommandOutcome> {
  const { url, headSha } = scene.pullRequest;
  const because = `${url} was closed while it was read.`;
  if (scene.payload.dry_run !== true) {
    const check = { state: "neutral", title: "INCONCLUSIVE: closed while it was read", summary: because } as const;
    await sayBeside({ headSha, url, key: scene.key }, check, scene, deps);
  }
  return skip(because, scene, deps);
}

/** Beside which commit something is said. */
type CheckedHead = { headSha: string; url: string; key: string };

/**
 * Says something beside the commit on behalf of this attempt, of each state once: an attempt that waits for a model a hundred times says it once. The same after a
 * crash is the same.
 */
async function sayBeside(
  { headSha, url, key }: CheckedHead,
  check: Pick<CheckReport, "state" | "title" | "summary">,
  { command, ref, place }: Scene,
  deps: ReviewPullRequestDeps,
): Promise<void> {
  const occasion = `command-${command.id}-${command.attempt}-${check.state}`;
  await reportReviewCheck({ ...check, ref, pullRequestKey: key, headSha, url, occasion }, [], {
    ...deps,
    forge: place.forge,
  });
}

/**
 * Nobody is to take a review that waits or broke for one that goes on: it may be cancelled, or another take its place, and then nobody says so. Whoever takes it up
 * again puts it right.
 */
async function withoutLeavingItOpen(
  at: CheckedHead,
  scene: Scene,
  act: () => Promise<CommandOutcome>,
  deps: ReviewPullRequestDeps,
): Promise<CommandOutcome> {
  const say = async (title: string, because: string): Promise<void> => {
    if (deps.signal.aborted) return;
    const said = deps.gateFor(scene.repository.url).line(because, 600);
    const summary = said.kind === "passed" ? said.text : "Why is in the log of the service.";
    // What the command ends with is said elsewhere too, whatever comes of this.
    await sayBeside(at, { state: "neutral", title, summary }, scene, deps).catch(() => {});
  };
  try {
    const outcome = await act();
    const isOpen = outcome.kind === "wait" || (outcome.kind === "failed" && outcome.code === "OUTCOME_UNKNOWN");
    if (isOpen) await say("INCONCLUSIVE: the review has not ended yet", outcome.because);
    return outcome;
  } catch (error) {
    await say("INCONCLUSIVE: the review failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}

async function post(
  decided: DecidedReview & { id: number },
  scene: Scene,
  deps: ReviewPullRequestDeps,
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
      : skip(`${now.url} is ${now.state} by now.`, scene, deps);
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

async function dryRun(decided: DecidedReview, scene: Scene, deps: ReviewPullRequestDeps): Promise<CommandOutcome> {
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
  { ref }: Scene,
): CommandOutcome {
  const name = `${repository}${ref.forge === "gitlab" ? "!" : "#"}${number}`;
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

async function skip(
  because: string,
  { command, issueDir }: Scene,
  { clock }: ReviewPullRequestDeps,
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
async function skipForHead(now: ForgePullRequest, scene: Scene, deps: ReviewPullRequestDeps): Promise<CommandOutcome> {
  const { ref, repository, payload } = scene;
  const skipped = await skip(
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

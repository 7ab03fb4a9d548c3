import { join } from "node:path";
import { instantOf } from "../../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../../domain/command.ts";
import { pullRequestKey as pullRequestKeyOf } from "../../domain/review-key.ts";
import type { Priority } from "../../domain/review.ts";
import type { ForgeChange, ForgePullRequest } from "../../forges/forge.ts";
import { concludeReview } from "../../review/conclude-review.ts";
import { type GovernorLimits, mayReview } from "../../review/governor.ts";
import { instructionsIn } from "../../review/instructions-in.ts";
import { splitChange } from "../../review/split-change.ts";
import { outcomeOfForgeError } from "../outcome-of-forge-error.ts";
import { waitForAgent } from "../wait-for-agent.ts";
import { askReviewer } from "./ask-reviewer.ts";
import { sayBeside, withoutLeavingItOpen } from "./check-beside.ts";
import { endDryRun, postDecided, skipForHead, skipReview } from "./end-review.ts";
import { fetchReviewed } from "./fetch-reviewed.ts";
import { findReviewed } from "./find-reviewed.ts";
import { planPosting } from "./plan-posting.ts";
import { openKeptReview, openReviewArtifacts, writeReviewArtifacts } from "./review-artifacts.ts";
import type { DecidedReview } from "./review-memory.ts";
import { readReviewPayload } from "./review-payload.ts";
import type { ReviewDeps, ReviewScene } from "./review-scene.ts";
import { threadsBefore } from "./threads-before.ts";
import { whileOpen } from "./while-open.ts";

type ReviewOptions = {
  timeoutMs: number;
  inlineMax: number;
  inlinePriority: Priority;
  isGating: boolean;
  limits: GovernorLimits;
};

/**
 * Has an agent review a pull request at its head, and says on it what came of that: one summary, comments at lines, a check. What the agent said is stored before
 * anything of it is posted; so whatever dies, no model is asked twice and nothing is said twice. What failed or was not wholly read says so, and is never green.
 */
export async function reviewPullRequest(
  command: ClaimedCommand,
  options: ReviewOptions,
  deps: ReviewDeps,
): Promise<CommandOutcome> {
  try {
    return await review(command, options, deps);
  } catch (error) {
    const outcome = outcomeOfForgeError(error, command, deps.clock);
    if (outcome === null) throw error;
    return outcome;
  }
}

async function review(command: ClaimedCommand, options: ReviewOptions, deps: ReviewDeps): Promise<CommandOutcome> {
  const payload = readReviewPayload(command.payload);
  const ref = deps.readRepository(payload.repository ?? deps.defaultRepository ?? "");
  const place = deps.placeOf(ref);
  const repository = await place.forge.getRepository(ref, { signal: deps.signal });
  const issueDir = payload.issue_dir ?? join(deps.exportsDir, command.workflowId);
  const scene: ReviewScene = { command, payload, ref, place, repository, issueDir };

  const decided = await deps.memory.decided(command.id);
  if (decided !== null) {
    const at = { headSha: decided.result.headSha, url: decided.url, key: decided.pullRequestKey };
    return withoutLeavingItOpen(at, scene, () => postDecided(decided, scene, deps), deps);
  }
  const reviewed = await findReviewed(payload, ref, { forge: place.forge, signal: deps.signal });
  if (reviewed.kind === "none") return skipReview(reviewed.because, scene, deps);
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
  if (permission.kind === "refused") return skipReview(permission.because, scene, deps);
  const open = { ...scene, pullRequest, change, key, round: past.roundsBefore + 1, lastHeadSha: past.lastHeadSha };
  if (payload.dry_run === true) return reviewNow(open, options, deps);
  const at = { headSha: pullRequest.headSha, url: pullRequest.url, key };
  const begun = { state: "in_progress", title: "Being reviewed", summary: "A reviewer reads this commit." } as const;
  await sayBeside(at, begun, scene, deps);
  return withoutLeavingItOpen(at, scene, () => reviewNow(open, options, deps), deps);
}

/** A head that is reviewed now. */
type OpenScene = ReviewScene & {
  pullRequest: ForgePullRequest;
  change: ForgeChange;
  key: string;
  round: number;
  /** What was reviewed last of this pull request; null when nothing was. */
  lastHeadSha: string | null;
};

async function reviewNow(scene: OpenScene, options: ReviewOptions, deps: ReviewDeps): Promise<CommandOutcome> {
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
  if (isDry) return await endDryRun(decided, scene, deps);
  const { id } = await deps.memory.decide(command, decided, concluded.remembered);
  deps.reach("review.decided");
  return await postDecided({ ...decided, id }, scene, deps);
}

/** Nobody waits for it any more. What stands beside the commit has to end all the same. */
async function stopForClosed(scene: OpenScene, deps: ReviewDeps): Promise<CommandOutcome> {
  const { url, headSha } = scene.pullRequest;
  const because = `${url} was closed while it was read.`;
  if (scene.payload.dry_run !== true) {
    const check = { state: "neutral", title: "INCONCLUSIVE: closed while it was read", summary: because } as const;
    await sayBeside({ headSha, url, key: scene.key }, check, scene, deps);
  }
  return skipReview(because, scene, deps);
}

import { type Clock, instantOf } from "../domain/clock.ts";
import type { ClaimedCommand } from "../domain/command.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import type { GovernorPush } from "../review/governor.ts";
import type { ReviewRow } from "../store/reviews.ts";
import type { Store } from "../store/store.ts";
import { posting } from "../work/review/posting.ts";
import type { DecidedReview, ReviewMemory } from "../work/review/review-memory.ts";

/** What reviews remember, kept in the store. */
export function createReviewMemory({ store, clock }: { store: Store; clock: Clock }): ReviewMemory {
  const now = () => instantOf(clock());
  return {
    decided: async (commandId) => {
      const row = await store.reviews.lastOf(commandId);
      if (row === undefined) return null;
      const isAskedAnew = row.posted_at !== null && row.posting["retries"] !== (await retriesOf(commandId, store));
      return isAskedAnew ? null : { ...decidedOf(row), id: row.id };
    },
    decide: (command, review, findings) =>
      store.transaction(async (queries) => {
        const [held] = await queries.commandLeases.hold([command]);
        if (held === undefined) throw new PullwrightError("LEASE_LOST", "Another worker has this command by now.");
        await queries.findings.save(review.pullRequestKey, findings, now());
        return queries.reviews.add(rowOf(command, review, await retriesOf(command.id, queries)));
      }),
    settle: (id, { pullRequestKey, summaryUrl, threads }) =>
      store.transaction(async ({ reviews, findings }) => {
        const known = await findings.ofPullRequest(pullRequestKey);
        const placed = threads.flatMap(({ findingId, id: threadId, url }) => {
          const finding = known.find((one) => one.id === findingId);
          return finding === undefined ? [] : [{ ...finding, threadId, url }];
        });
        await findings.save(pullRequestKey, placed, now());
        await reviews.setPosted(id, summaryUrl, now());
      }),
    known: (pullRequestKey) => store.findings.ofPullRequest(pullRequestKey),
    dismiss: (pullRequestKey, ids) =>
      store.transaction(async ({ findings }) => {
        for (const id of ids) await findings.setState(pullRequestKey, id, "dismissed", now());
      }),
    onceClosed: ({ forge, host, repositoryId, number }, tell) => {
      const look = async (): Promise<void> => {
        const repository = await store.repositories.findByIdentity({ ...nameless, forge, host, forgeId: repositoryId });
        const known = repository === undefined ? undefined : await store.pullRequests.find(repository.id, number);
        if (known === undefined || known.state === "open") return;
        clearInterval(timer);
        tell();
      };
      // A store that cannot be read now is read a second later.
      const timer = setInterval(() => void look().catch(() => {}), lookEveryMs);
      timer.unref();
      return () => clearInterval(timer);
    },
    past: async ({ pullRequestKey, forge, host, repositoryId, number }, { headSha, ownLogin }) => {
      const rounds = await store.reviews.roundsOf(pullRequestKey);
      const events = await store.events.ofPullRequest({ forge, host, forgeId: repositoryId }, number);
      const spent = rounds.reduce((sum, { cost_micro_usd: cost }) => sum + (cost ?? 0), 0);
      const today = await store.reviews.microUsdSince(`${now().slice(0, 10)}T00:00:00.000Z`);
      return {
        roundsBefore: new Set(rounds.map((round) => round.head_sha).filter((sha) => sha !== headSha)).size,
        spentUsd: { pullRequest: spent / 1_000_000, today: today / 1_000_000 },
        lastHeadSha: rounds[0]?.head_sha ?? null,
        pushes: pushesIn(events, new Set(rounds.map((round) => round.head_sha)), ownLogin),
      };
    },
  };
}

/** Found by its id alone. */
const nameless = { slug: "", defaultBranch: null, url: null };

/** An agent that nobody needs any more runs for so long at most. */
const lookEveryMs = 1000;

/** How often somebody had a command begin anew: a review that is posted is the end of one beginning, and not of the next. */
async function retriesOf(commandId: number, { commands }: Pick<Store, "commands">): Promise<number> {
  return (await commands.history(commandId)).filter(({ move }) => move === "retry").length;
}

type PullRequestEvent = Awaited<ReturnType<Store["events"]["ofPullRequest"]>>[number];

/** The heads of a pull request, with who pushed them and what lay between. What our own account did is nobody's. */
function pushesIn(events: PullRequestEvent[], reviewed: ReadonlySet<string>, ownLogin: string): GovernorPush[] {
  const pushes: GovernorPush[] = [];
  let before: string | null = null;
  let isAfterPerson = false;
  for (const { kind, commit_sha: sha, actor, actor_is_bot: isBot } of events) {
    const isOwn = actor !== null && actor.toLowerCase() === ownLogin.toLowerCase();
    const isPush = /\.pull_request\.(?:opened|synchronize|reopened)$/.test(kind) && sha !== null && sha !== before;
    if (isPush) {
      pushes.push({ isByBot: isBot === 1, isAfterOurReview: before !== null && reviewed.has(before), isAfterPerson });
      before = sha;
      isAfterPerson = false;
    } else if (!isOwn && actor !== null && isBot === 0) isAfterPerson = true;
  }
  return pushes;
}

function rowOf(command: ClaimedCommand, review: DecidedReview, retries: number): Omit<ReviewRow, "id"> {
  const { result } = review;
  const { usage } = result;
  return {
    command_id: command.id,
    workflow_id: command.workflowId,
    repository_key: command.repositoryKey ?? "",
    pull_request_key: review.pullRequestKey,
    repository: review.repository,
    pr_number: review.number,
    pr_title: review.title,
    pr_url: review.url,
    head_sha: result.headSha,
    base_sha: result.baseSha,
    diff_sha256: result.diffSha256,
    round: review.round,
    verdict: result.verdict,
    code: review.code,
    because: result.because,
    explanation: result.explanation,
    agent: result.agent,
    model: usage.model,
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    output_tokens: usage.outputTokens,
    cost_micro_usd: usage.costUsd === null ? null : Math.round(usage.costUsd * 1_000_000),
    coverage: result.coverage,
    findings: result.findings,
    posting: { ...review.posting, retries },
    artifacts_dir: review.artifactsDir,
    requested_by: command.requestedBy,
    started_at: result.startedAt,
    ended_at: result.endedAt,
    summary_url: null,
    posted_at: null,
  };
}

function decidedOf(row: ReviewRow): DecidedReview {
  return {
    pullRequestKey: row.pull_request_key,
    repository: row.repository,
    number: row.pr_number,
    title: row.pr_title,
    url: row.pr_url,
    round: row.round,
    code: row.code as ErrorCode | null,
    posting: posting.parse(row.posting),
    artifactsDir: row.artifacts_dir,
    result: {
      verdict: row.verdict,
      because: row.because,
      headSha: row.head_sha,
      baseSha: row.base_sha,
      diffSha256: row.diff_sha256,
      explanation: row.explanation,
      findings: row.findings,
      coverage: row.coverage,
      usage: {
        model: row.model,
        inputTokens: row.input_tokens,
        cachedInputTokens: row.cached_input_tokens,
        outputTokens: row.output_tokens,
        costUsd: row.cost_micro_usd === null ? null : row.cost_micro_usd / 1_000_000,
      },
      agent: row.agent,
      startedAt: row.started_at,
      endedAt: row.ended_at,
    },
  };
}

import type { Change } from "../../domain/change.ts";
import type { Instant } from "../../domain/clock.ts";
import type { ErrorCode } from "../../domain/error.ts";
import type { Finding, KnownFinding, ReviewResult } from "../../domain/review.ts";
import { coverageOf } from "../../review/coverage.ts";
import { gateResult } from "../../review/gate/gate-result.ts";
import type { OutputGate } from "../../review/gate/output-gate.ts";
import { matchFindings } from "../../review/match-findings.ts";
import type { SplitChange } from "../../review/split-change.ts";
import { verdictOf } from "../../review/verdict.ts";
import type { ReviewerSaid } from "./ask-reviewer.ts";

export type ToJudge = {
  pullRequestKey: string;
  change: Change;
  split: SplitChange;
  said: ReviewerSaid;
  known: KnownFinding[];
  /** Files that got another name since the last review. */
  renames: { from: string; to: string }[];
  /** The pull request has another head by now. */
  isStale: boolean;
  agent: string;
  startedAt: Instant;
  endedAt: Instant;
};

/** What is to be said, every text of it through the gate, and what is to be remembered. */
export type JudgedReview = {
  result: ReviewResult;
  /** Why it failed, for who mends it; null when nothing did. */
  failure: { code: ErrorCode; because: string } | null;
  resolved: KnownFinding[];
  unread: KnownFinding[];
  /** All that is known of the pull request's findings now, but for what was dismissed. */
  remembered: KnownFinding[];
};

/**
 * Makes a review of what a reviewer said: which findings are new, which were known, which are gone, what was read, and the verdict. Nothing that holds a part of a
 * secret comes out of here: a review whose words do is inconclusive and has none of them.
 */
export function judgeReview(review: ToJudge, gate: OutputGate): JudgedReview {
  const { change, split, said, isStale, agent, startedAt, endedAt } = review;
  const read = coverageOf(split, said.outcomes);
  const answers = said.outcomes.flatMap((outcome) => (outcome?.kind === "read" ? [outcome.answer] : []));
  const matched = matchFindings({ ...review, read, reported: answers.flatMap(({ findings }) => findings) });
  const findings = matched.found.map(({ finding }) => finding);
  const judged = gateResult(
    {
      ...verdictOf({
        split,
        outcomes: said.outcomes,
        read,
        open: [...findings, ...matched.unread],
        failure: said.failure,
        isStale,
        plainWords: said.plainWords,
      }),
      headSha: change.headSha,
      baseSha: change.baseSha,
      diffSha256: change.diffSha256,
      explanation: said.plainWords ?? answers.map(({ explanation }) => explanation).join("\n\n"),
      findings,
      coverage: read.coverage,
      usage: said.usage,
      agent,
      startedAt,
      endedAt,
    },
    gate,
  );
  const { result } = judged;
  const isBlocked = judged.kind === "blocked";
  return {
    result,
    failure: isBlocked ? { code: "LEAK_SUSPECTED", because: result.because } : said.failure,
    resolved: isBlocked ? [] : matched.resolved,
    unread: matched.unread,
    remembered: [
      ...result.findings.map((finding) => confirmed(finding, matched.found, change.headSha)),
      ...(isBlocked ? [] : matched.resolved.map((finding) => ({ ...finding, state: "resolved" as const }))),
      ...matched.unread,
    ],
  };
}

/** A finding that was known keeps its beginning and its thread, and is open again should it have been gone. */
function confirmed(
  finding: Finding,
  found: { finding: Finding; known: KnownFinding | null }[],
  headSha: string,
): KnownFinding {
  const known = found.find((one) => one.finding.id === finding.id)?.known ?? null;
  return {
    ...finding,
    state: "open",
    firstSeenSha: known?.firstSeenSha ?? headSha,
    lastConfirmedSha: headSha,
    threadId: known?.threadId ?? null,
    url: known?.url ?? null,
  };
}

import type { Change } from "../domain/change.ts";
import type { KnownFinding, ReviewResult } from "../domain/review.ts";
import { coverageOf, type PartOutcome, type ReadChange } from "./coverage.ts";
import { gateResult } from "./gate/gate-result.ts";
import type { OutputGate } from "./gate/output-gate.ts";
import { type MatchedFindings, matchFindings, type MatchQuestion } from "./match-findings.ts";
import { rememberFindings } from "./remember-findings.ts";
import type { SplitChange } from "./split-change.ts";
import { type VerdictFacts, verdictOf } from "./verdict.ts";

/** All that is there when the last part has been answered, or nothing more will be. */
export type EndedReview = {
  change: Change;
  split: SplitChange;
  /** In the order of the parts; undefined where nobody was asked. */
  outcomes: (PartOutcome | undefined)[];
  known: KnownFinding[];
} & Pick<MatchQuestion, "pullRequestKey" | "renames"> &
  Pick<VerdictFacts, "failure" | "isStale" | "plainWords"> &
  Pick<ReviewResult, "usage" | "agent" | "startedAt" | "endedAt">;

/** What is said, posted and remembered. All of it has been through the gate. */
export type Conclusion = {
  result: ReviewResult;
  matched: MatchedFindings;
  /** Takes the place of what was known. */
  remembered: KnownFinding[];
  /** An answer held a secret of ours (`LEAK_SUSPECTED`): nothing of it is in here. */
  isBlocked: boolean;
};

/** Of all parts together; the least grave are left out, and counted by nobody. */
const findingsMax = 200;

/**
 * Ends a review: counts what was read, knows findings again, judges, and lets out only what the gate lets through. What the gate stops leaves everything that
 * was known as it was. Pure; the same input gives the same conclusion.
 */
export function concludeReview(ended: EndedReview, gate: OutputGate): Conclusion {
  const { change, split, outcomes, known } = ended;
  const read = coverageOf(split, outcomes);
  const { reported, isCut } = reportedIn(outcomes);
  // What was left out may be what is missing: nothing is taken for mended then.
  const matched = matchFindings({ ...ended, reported, read: isCut ? nothingRead : read });
  const gated = gateResult(resultOf(ended, matched, read), gate);
  if (gated.kind === "blocked") {
    const nothing = matchFindings({ ...ended, reported: [], read: nothingRead });
    const kept = { ...nothing, resolved: [], unread: known.filter(({ state }) => state === "open") };
    return { result: gated.result, matched: kept, remembered: known, isBlocked: true };
  }
  const byId = new Map(gated.result.findings.map((finding) => [finding.id, finding]));
  const found = matched.found.map((each) => ({ ...each, finding: byId.get(each.finding.id) ?? each.finding }));
  const clean = { ...matched, found };
  return {
    result: gated.result,
    matched: clean,
    remembered: rememberFindings(known, clean, change.headSha),
    isBlocked: false,
  };
}

const nothingRead: MatchQuestion["read"] = { isComplete: false, isFileRead: () => false };

function reportedIn(outcomes: EndedReview["outcomes"]): { reported: MatchQuestion["reported"]; isCut: boolean } {
  const answers = outcomes.flatMap((outcome) => (outcome?.kind === "read" ? [outcome.answer] : []));
  const all = answers.flatMap(({ findings }) => findings);
  const isCut = all.length > findingsMax || answers.some(({ findingsLeftOut }) => findingsLeftOut > 0);
  return { reported: all.toSorted((a, b) => a.priority - b.priority).slice(0, findingsMax), isCut };
}

function resultOf(ended: EndedReview, { found, unread }: MatchedFindings, read: ReadChange): ReviewResult {
  const { change, usage, agent, startedAt, endedAt } = ended;
  const findings = found.map(({ finding }) => finding);
  const verdict = verdictOf({ ...ended, read, open: [...findings, ...unread] });
  return {
    ...verdict,
    headSha: change.headSha,
    baseSha: change.baseSha,
    diffSha256: change.diffSha256,
    explanation: explanationOf(ended),
    findings,
    coverage: read.coverage,
    usage,
    agent,
    startedAt,
    endedAt,
  };
}

/** A part's words stand by themselves; the same words of several parts are said once. */
function explanationOf({ outcomes, plainWords }: EndedReview): string {
  if (plainWords !== null) return plainWords;
  const each = outcomes.flatMap((outcome) => (outcome?.kind === "read" ? [outcome.answer.explanation.trim()] : []));
  return [...new Set(each)].filter((words) => words !== "").join("\n\n");
}

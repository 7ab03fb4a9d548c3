import type { ErrorCode } from "../domain/error.ts";
import type { Finding, ReviewVerdict } from "../domain/review.ts";
import type { PartOutcome, ReadChange } from "./coverage.ts";
import type { SplitChange } from "./split-change.ts";

/** All that a verdict depends on. */
export type VerdictFacts = {
  split: SplitChange;
  /** In the order of the parts; undefined where nobody was asked. */
  outcomes: (PartOutcome | undefined)[];
  read: ReadChange;
  /** What stands open on this head: found now, or found before at a place that was not read. Without what a person dismissed. */
  open: Pick<Finding, "priority">[];
  /** What went wrong, such as a limit of the agent or a text that the gate stopped; null when nothing did. */
  failure: { code: ErrorCode; because: string } | null;
  /** The pull request has another head by now. */
  isStale: boolean;
  /** What a plain program said in no form of ours; null where that is not it. */
  plainWords: string | null;
};

/** Why, as a sentence for people. */
export type Verdict = { verdict: ReviewVerdict; because: string };

/**
 * What a review says in the end. Whatever is doubtful is inconclusive: the way to `pass` leads through every single check, and nothing that an agent says can
 * skip one.
 */
export function verdictOf(facts: VerdictFacts): Verdict {
  const doubt = doubtOf(facts);
  if (doubt !== null) return doubt;
  const grave = facts.open.filter(({ priority }) => priority <= 1).length;
  if (grave > 0) return { verdict: "findings", because: `${counted(grave, "finding")} of P0 or P1.` };
  const others = facts.open.length === 0 ? "" : ` ${counted(facts.open.length, "smaller finding")}.`;
  return { verdict: "pass", because: `All of the change was read, and nothing of P0 or P1 was found.${others}` };
}

/** Null when there is none. */
function doubtOf({ split, outcomes, read, open, failure, isStale, plainWords }: VerdictFacts): Verdict | null {
  const grave = open.filter(({ priority }) => priority <= 1).length;
  const found = grave === 0 ? "" : ` ${counted(grave, "finding")} of P0 or P1 open.`;
  const inconclusive = (because: string): Verdict => ({ verdict: "inconclusive", because: `${because}${found}` });

  if (failure !== null) return inconclusive(failure.because.trim() || "It failed.");
  if (isStale) return inconclusive("The pull request has moved on while it was read.");
  if (split.parts.length === 0)
    return inconclusive(split.filesTotal === 0 ? "The change is empty." : "Nothing of the change could be read.");
  if (plainWords !== null) {
    if (plainWords.trim() === "") return inconclusive("The agent said nothing.");
    return { verdict: "no-verdict", because: "A program's words, in no form that could be judged." };
  }
  const unread = split.parts.filter((_part, index) => outcomes[index]?.kind !== "read");
  if (unread.length > 0) {
    const outcome = outcomes[unread[0]?.index ?? 0];
    const why = outcome?.kind === "unread" ? outcome.because : "Nobody was asked.";
    const which = split.parts.length === 1 ? "" : `${unread.length} of ${split.parts.length} parts were not read: `;
    return inconclusive(`${which}${why}`);
  }
  const { coverage } = read;
  if (!read.isComplete)
    return inconclusive(
      `Not everything was read: ${coverage.hunksRead} of ${coverage.hunksTotal} hunks, and of ${coverage.filesSkipped.length} of ${coverage.filesTotal} files not all.`,
    );
  const contradicting = outcomes.some((outcome) => outcome?.kind === "read" && contradicts(outcome));
  if (contradicting)
    return inconclusive("The reviewer calls the change incorrect, and names nothing of P0 or P1 that is.");
  return null;
}

/** "patch is incorrect" with nothing that makes it so. The other way round the findings count. */
function contradicts({ answer }: Extract<PartOutcome, { kind: "read" }>): boolean {
  return answer.correctness === "incorrect" && !answer.findings.some(({ priority }) => priority <= 1);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

import type { ErrorCode } from "../domain/error.ts";

/** What is known of a pull request and its reviews before the next one is begun. */
export type GovernorFacts = {
  headSha: string;
  /** Somebody with the right to asked for this review of this head; an event is nobody. */
  isAskedFor: boolean;
  isFork: boolean;
  isPublic: boolean;
  /** The head that somebody with the right to has let be reviewed; null when nobody has. */
  approvedHeadSha: string | null;
  /** Reviews of other heads of this pull request that nobody asked for. */
  roundsBefore: number;
  /** Sums of what is known; a cost that is not known counts as nothing. */
  spentUsd: { pullRequest: number; today: number };
  /** The heads of this pull request, oldest first. */
  pushes: GovernorPush[];
};

export type GovernorPush = {
  isByBot: boolean;
  /** The head before it had a review of ours when this one came. */
  isAfterOurReview: boolean;
  /** Somebody who is no bot pushed, commented or reviewed between the head before it and this one. */
  isAfterPerson: boolean;
};

export type GovernorLimits = {
  forks: boolean;
  roundsMax: number;
  /** 0: no limit. */
  usdPerPullRequestMax: number;
  usdPerDayMax: number;
  /** So many heads in a row that bots pushed, each after a review of ours, end it. */
  botPushesMax: number;
};

export const usualBotPushesMax = 3;

export type Permission =
  | { kind: "allowed" }
  | {
      kind: "refused";
      reason: "fork" | "bots" | "rounds" | "budget-of-pull-request" | "budget-of-day";
      /** Null where nothing is wrong: somebody only has to ask. */
      code: ErrorCode | null;
      because: string;
    };

/**
 * Whether a review may begin. What somebody with the right to asks for is done: the limits are there for what happens by itself. A stranger's commit costs
 * nothing until somebody has looked at that very commit.
 */
export function mayReview(facts: GovernorFacts, limits: GovernorLimits): Permission {
  if (facts.isAskedFor) return { kind: "allowed" };
  if (facts.isFork && facts.isPublic && !limits.forks && facts.approvedHeadSha !== facts.headSha)
    return refused(
      "fork",
      null,
      "It comes from a fork of a public repository, and nobody has asked for a review of this commit.",
    );
  if (answerEachOther(facts.pushes, limits.botPushesMax))
    return refused(
      "bots",
      null,
      `The last ${limits.botPushesMax} commits are a bot's answers to our reviews, with no person between them.`,
    );
  if (facts.roundsBefore >= limits.roundsMax)
    return refused("rounds", "BUDGET_EXHAUSTED", `${facts.roundsBefore} of ${limits.roundsMax} rounds are used up.`);
  if (isSpent(facts.spentUsd.pullRequest, limits.usdPerPullRequestMax))
    return refused(
      "budget-of-pull-request",
      "BUDGET_EXHAUSTED",
      `The reviews of this pull request have cost ${usd(facts.spentUsd.pullRequest)} of ${usd(limits.usdPerPullRequestMax)}.`,
    );
  if (isSpent(facts.spentUsd.today, limits.usdPerDayMax))
    return refused(
      "budget-of-day",
      "BUDGET_EXHAUSTED",
      `Today's reviews have cost ${usd(facts.spentUsd.today)} of ${usd(limits.usdPerDayMax)}.`,
    );
  return { kind: "allowed" };
}

/** A number that is none must not open the purse: it counts as spent. */
function isSpent(spentUsd: number, maxUsd: number): boolean {
  return maxUsd > 0 && !(spentUsd < maxUsd);
}

function answerEachOther(pushes: GovernorPush[], max: number): boolean {
  const last = pushes.slice(-max);
  return (
    max > 0 &&
    last.length === max &&
    last.every(({ isByBot, isAfterOurReview, isAfterPerson }) => isByBot && isAfterOurReview && !isAfterPerson)
  );
}

function refused(
  reason: Extract<Permission, { kind: "refused" }>["reason"],
  code: ErrorCode | null,
  because: string,
): Permission {
  return { kind: "refused", reason, code, because };
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`;
}

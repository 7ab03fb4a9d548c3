import { describe, expect, test } from "vitest";
import {
  type GovernorFacts,
  type GovernorLimits,
  type GovernorPush,
  mayReview,
  usualBotPushesMax,
} from "./governor.ts";

const limits: GovernorLimits = {
  forks: false,
  roundsMax: 20,
  usdPerPullRequestMax: 10,
  usdPerDayMax: 100,
  botPushesMax: usualBotPushesMax,
};
const usual: GovernorFacts = {
  headSha: "a".repeat(40),
  isAskedFor: false,
  isFork: false,
  isPublic: true,
  approvedHeadSha: null,
  roundsBefore: 0,
  spentUsd: { pullRequest: 0, today: 0 },
  pushes: [],
};
const answer: GovernorPush = { isByBot: true, isAfterOurReview: true, isAfterPerson: false };
const reason = (facts: Partial<GovernorFacts>, limit: Partial<GovernorLimits> = {}): string => {
  const permission = mayReview({ ...usual, ...facts }, { ...limits, ...limit });
  return permission.kind === "allowed" ? "allowed" : permission.reason;
};

describe("a stranger's commit costs nothing until somebody has looked at that very commit", () => {
  test.each([
    [{ isFork: true }, {}, "fork"],
    [{ isFork: true, approvedHeadSha: "b".repeat(40) }, {}, "fork"],
    [{ isFork: true, approvedHeadSha: usual.headSha }, {}, "allowed"],
    [{ isFork: true, isPublic: false }, {}, "allowed"],
    [{ isFork: true }, { forks: true }, "allowed"],
    [{ isFork: true, isAskedFor: true }, {}, "allowed"],
  ])("%j %j", (facts, limit, expected) => {
    expect(reason(facts, limit)).toBe(expected);
  });
});

test("two bots that answer each other are stopped after three rounds, and a person starts them anew", () => {
  expect(reason({ pushes: [answer, answer] })).toBe("allowed");
  expect(reason({ pushes: [answer, answer, answer] })).toBe("bots");
  expect(reason({ pushes: [answer, { ...answer, isAfterPerson: true }, answer] })).toBe("allowed");
  expect(reason({ pushes: [answer, answer, { ...answer, isByBot: false }] })).toBe("allowed");
  expect(reason({ pushes: [answer, answer, { ...answer, isAfterOurReview: false }] })).toBe("allowed");
});

test("rounds and money have an end, which zero takes away for money", () => {
  expect(reason({ roundsBefore: 19 })).toBe("allowed");
  expect(reason({ roundsBefore: 20 })).toBe("rounds");
  expect(reason({ spentUsd: { pullRequest: 10, today: 10 } })).toBe("budget-of-pull-request");
  expect(reason({ spentUsd: { pullRequest: 0, today: 100 } })).toBe("budget-of-day");
  expect(reason({ spentUsd: { pullRequest: 10, today: 100 } }, { usdPerPullRequestMax: 0, usdPerDayMax: 0 })).toBe(
    "allowed",
  );
  expect(reason({ spentUsd: { pullRequest: Number.NaN, today: 0 } })).toBe("budget-of-pull-request");
});

test("what somebody with the right to asks for is done, and every no has its sentence", () => {
  expect(
    reason({
      isAskedFor: true,
      roundsBefore: 99,
      pushes: [answer, answer, answer],
      spentUsd: { pullRequest: 99, today: 999 },
    }),
  ).toBe("allowed");
  expect(mayReview({ ...usual, roundsBefore: 20 }, limits)).toEqual({
    kind: "refused",
    reason: "rounds",
    code: "BUDGET_EXHAUSTED",
    because: "20 of 20 rounds are used up.",
  });
});

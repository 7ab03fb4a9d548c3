import type { Decision } from "../domain/decision.ts";
import type { NormalisedEvent } from "../domain/event.ts";
import { explainCutPush } from "./rules/explain-cut-push.ts";
import { observeCheckSuites } from "./rules/observe-check-suites.ts";
import { observeComments } from "./rules/observe-comments.ts";
import { observeInstallations } from "./rules/observe-installations.ts";
import { reviewDefaultBranch } from "./rules/review-default-branch.ts";
import { reviewPullRequests } from "./rules/review-pull-requests.ts";
import type { Policy } from "./policy.ts";

/** Says something of an event, or null when it is none of its business. Pure: no clock, no store, no network. */
export type Rule = (event: NormalisedEvent, policy: Policy) => Decision | null;

/** The rules in the order in which they are asked. All that apply speak. */
const rules: Rule[] = [
  explainCutPush,
  observeCheckSuites,
  observeComments,
  observeInstallations,
  reviewPullRequests,
  reviewDefaultBranch,
];

/** What is to be done about an event. There is always an answer, so that "why did nothing happen" has one too. */
export function decide(event: NormalisedEvent, policy: Policy): Decision[] {
  const decisions = rules.map((rule) => rule(event, policy)).filter((decision) => decision !== null);
  if (decisions.length > 0 || event.facts.length > 0) return decisions;
  return [
    {
      rule: "nothing-to-do",
      verdict: "nothing",
      because: `No outcome and no rule depends on ${event.kind}; the event is kept.`,
    },
  ];
}

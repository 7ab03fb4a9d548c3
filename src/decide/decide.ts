import type { Decision } from "../domain/decision.ts";
import type { NormalisedEvent } from "../domain/event.ts";
import { explainCutPush } from "./rules/explain-cut-push.ts";
import { observeCheckSuites } from "./rules/observe-check-suites.ts";
import { observeComments } from "./rules/observe-comments.ts";
import { observeInstallations } from "./rules/observe-installations.ts";

/** Says something of an event, or null when it is none of its business. Pure: no clock, no store, no network. */
export type Rule = (event: NormalisedEvent) => Decision | null;

/** The rules in the order in which they are asked. All that apply speak. */
const rules: Rule[] = [explainCutPush, observeCheckSuites, observeComments, observeInstallations];

/** What is to be done about an event. There is always an answer, so that "why did nothing happen" has one too. */
export function decide(event: NormalisedEvent): Decision[] {
  const decisions = rules.map((rule) => rule(event)).filter((decision) => decision !== null);
  if (decisions.length > 0 || event.facts.length > 0) return decisions;
  return [
    {
      rule: "nothing-to-do",
      verdict: "nothing",
      because: `No outcome and no rule depends on ${event.kind}; the event is kept.`,
    },
  ];
}

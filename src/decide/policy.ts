import type { CommandType } from "../domain/command.ts";

/** What may happen without a further word, and what can be done here at all. Plain data; everything is off until somebody says otherwise. */
export type Policy = {
  safety: { autoExecuteAfterPlan: boolean; autoCreatePrAfterExecution: boolean; autoReviewAfterPr: boolean };
  /** Command types that somebody here performs: a built-in worker or a program. */
  performed: ReadonlySet<CommandType>;
  /** The hosts whose pull requests can be read here; `all` where a program of the operator's reads them. What is at others would be tried in vain. */
  reviewedHosts: ReadonlySet<string> | "all";
  attemptsMax: Record<CommandType, number>;
};

/** Nothing happens by itself, and nobody is there to do it. */
export const doNothing: Policy = {
  safety: { autoExecuteAfterPlan: false, autoCreatePrAfterExecution: false, autoReviewAfterPr: false },
  performed: new Set(),
  reviewedHosts: new Set(),
  attemptsMax: { execute_plan: 3, create_pull_request: 3, review_pull_request: 3 },
};

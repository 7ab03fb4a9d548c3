/** Where a piece of work stands. A paused one ends nothing and starts nothing; what belongs to it waits. */
export const workflowStates = ["active", "paused", "succeeded", "failed", "cancelled"] as const;
export type WorkflowState = (typeof workflowStates)[number];

/** A piece of work as it is begun. The same id a second time is the same workflow. */
export type NewWorkflow = {
  /** `SCRUM-123`, `github-4711-pr-7`: letters, digits, `.`, `_` and `-`, at most 100, so that it can name a folder. */
  id: string;
  /** `<forge>:<host>/<slug in lower case>`, null for work on no repository. */
  repositoryKey: string | null;
  title: string | null;
  /** Absolute; where the work lies that the commands take up. */
  checkoutDir: string | null;
  /** Absolute; where the artifacts go, null for the data directory's own. */
  issueDir: string | null;
  /** Who or what asked: `event 12`, `operator`, `api`. */
  requestedBy: string;
};

import type { Instant } from "./clock.ts";

export type PullRequestState = "open" | "closed" | "merged";

/**
 * What one payload says of one pull request. A field that the payload does not know is absent; null is knowledge ("never closed").
 * Facts are joined, never applied in order of arrival: see outcome/join-pull-request.ts.
 */
export type PullRequestFact = {
  kind: "pull-request";
  number: number;
  /** When the forge last changed the pull request, by the forge's clock (`updated_at`). */
  observedAt: Instant;
  state: PullRequestState;
  title?: string;
  /** Login of who opened it, not of who pressed the button. */
  author?: string;
  url?: string;
  draft?: boolean;
  baseBranch?: string;
  headBranch?: string;
  headSha?: string;
  /** Only of a merged pull request: an unmerged one on GitHub carries a test merge here that means nothing. The squash commit where there is one. */
  mergeCommitSha?: string;
  /** How many commits the pull request has, where the forge says. */
  commitsCount?: number;
  /** Zero files changed: a merged revert with an empty diff reverts nothing. */
  changedFilesCount?: number;
  openedAt?: Instant;
  closedAt?: Instant | null;
  mergedAt?: Instant;
  /** `mergedAt` was taken from the time of the merge event, because the payload has no `merged_at`; an exact one outranks it. */
  mergedAtIsFallback?: boolean;
  /** What the body and the head branch say it reverts; absent when the payload has no body. */
  reverts?: RevertMention[];
};

/** A statement that something is reverted, as written; which pull request or commit it is, is resolved later. */
export type RevertMention =
  | { by: "pull-request-number"; number: number; evidence: RevertEvidence }
  /** Whole or shortened (7 hex digits or more), lower case. */
  | { by: "commit"; sha: string; evidence: RevertEvidence };

export type RevertEvidence = "commit-message" | "pull-request-body" | "branch-name";

export type CiRunKind = "workflow" | "check" | "status" | "pipeline" | "job" | "build";
export type CiRunStatus = "pending" | "in_progress" | "success" | "failure" | "cancelled" | "skipped";

/** What one payload says of one CI run. Unique by provider, kind, run id and attempt within its repository. */
export type CiRunFact = {
  kind: "ci-run";
  /** `github-actions`, `gitlab-ci`, `circleci`, an App's slug for other checks, or what the generic body says. */
  provider: string;
  runKind: CiRunKind;
  /** The provider's id as text; a commit status has `<sha>:<context>`. */
  runId: string;
  runAttempt: number;
  commitSha: string;
  status: CiRunStatus;
  /** The latest moment that the payload speaks of, by the provider's clock. */
  observedAt: Instant;
  /** True where one run id never runs again (attempts are counted, or a re-run has a new id): then a finished status is final. False for GitLab's pipelines, which are retried in place. */
  finishedIsFinal: boolean;
  workflowName?: string;
  branch?: string;
  /** What started it: `push`, `pull_request`, `schedule`, … */
  event?: string;
  url?: string;
  startedAt?: Instant;
  completedAt?: Instant;
};

/** A push to a branch and the commits that the payload lists (GitLab lists at most 20, GitHub 2,048). */
export type PushFact = {
  kind: "push";
  branch: string;
  /** False also when the payload does not say which branch is the default. */
  toDefaultBranch: boolean;
  beforeSha: string | null;
  afterSha: string;
  /** When it reached the forge: the forge's push time, else the time of its newest commit. */
  pushedAt: Instant;
  commits: PushedCommit[];
  /** How many commits the push really has, where the payload says; more than are listed means the list is cut. */
  commitsCount: number;
};

export type PushedCommit = {
  sha: string;
  /** Subject and body, at most 64 KiB. */
  message: string;
  authorName: string;
  authorEmail: string;
  committedAt: Instant;
  url: string | null;
  reverts: RevertMention[];
};

export type RepositoryFact = {
  kind: "repository";
  change: "renamed" | "transferred" | "deleted";
  observedAt: Instant;
  /** What it was called before, where the payload says. */
  formerSlug: string | null;
};

export type Fact = PullRequestFact | CiRunFact | PushFact | RepositoryFact;

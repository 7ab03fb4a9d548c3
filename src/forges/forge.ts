import type { Instant } from "../domain/clock.ts";
import type { ForgeName } from "../domain/repository.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";

/** The repository that a call is about; the transport does not matter to an API. */
export type ForgeRepositoryRef = Pick<RepositoryRef, "forge" | "host" | "slug">;

/** Cancels a call that nobody waits for any more. */
export type CallOptions = { signal?: AbortSignal };

export type ForgeUser = { id: string; login: string };

export type ForgeRepository = {
  /** The forge's numeric id as text: identity, whatever the repository is called. */
  id: string;
  slug: string;
  defaultBranch: string | null;
  url: string;
  isPrivate: boolean;
  isArchived: boolean;
};

export type ForgeAccess = { canRead: boolean; canPush: boolean };

export type ForgePullRequest = {
  number: number;
  id: string;
  url: string;
  title: string;
  body: string;
  state: "open" | "closed" | "merged";
  draft: boolean;
  author: ForgeUser | null;
  headBranch: string;
  headSha: string;
  /** Null when the fork is gone. */
  headRepositoryId: string | null;
  baseBranch: string;
  mergeCommitSha: string | null;
  openedAt: Instant;
  updatedAt: Instant;
  mergedAt: Instant | null;
  closedAt: Instant | null;
};

export type ForgeIssue = {
  number: number;
  id: string;
  url: string;
  title: string;
  body: string;
  state: "open" | "closed";
  author: ForgeUser | null;
};

export type ForgeComment = {
  id: string;
  url: string;
  body: string;
  author: ForgeUser | null;
  createdAt: Instant;
  updatedAt: Instant;
};

export type NewPullRequest = { title: string; body: string; headBranch: string; baseBranch: string; draft: boolean };

export type PullRequestFilter = {
  state: "open" | "closed" | "merged" | "all";
  /** A branch of the repository itself, not of a fork. */
  headBranch?: string;
  baseBranch?: string;
  /** At most so many, newest first; 100 unless told, pages are followed. */
  limit?: number;
};

/**
 * What we ask of any forge. Reads are tried again where that is safe; a write is sent once, and when its fate is unknown the error says so: the caller
 * reads back before it acts again. Every method throws ForgeCallError, whose text carries the forge's own words, redacted.
 */
export type Forge = {
  name: ForgeName;
  host: string;
  /** The account that the credential belongs to (a GitHub App: its bot user). Asked once, then remembered. */
  whoAmI: (options?: CallOptions) => Promise<ForgeUser>;
  getRepository: (ref: ForgeRepositoryRef, options?: CallOptions) => Promise<ForgeRepository>;
  checkAccess: (ref: ForgeRepositoryRef, options?: CallOptions) => Promise<ForgeAccess>;
  /** The tip of a branch, null when there is no such branch. */
  getBranchTip: (ref: ForgeRepositoryRef, branch: string, options?: CallOptions) => Promise<string | null>;
  createPullRequest: (
    ref: ForgeRepositoryRef,
    request: NewPullRequest,
    options?: CallOptions,
  ) => Promise<ForgePullRequest>;
  getPullRequest: (ref: ForgeRepositoryRef, number: number, options?: CallOptions) => Promise<ForgePullRequest>;
  listPullRequests: (
    ref: ForgeRepositoryRef,
    filter: PullRequestFilter,
    options?: CallOptions,
  ) => Promise<ForgePullRequest[]>;
  updatePullRequest: (
    ref: ForgeRepositoryRef,
    number: number,
    changes: { title?: string; body?: string; state?: "open" | "closed" },
    options?: CallOptions,
  ) => Promise<ForgePullRequest>;
  createIssue: (
    ref: ForgeRepositoryRef,
    issue: { title: string; body: string },
    options?: CallOptions,
  ) => Promise<ForgeIssue>;
  getIssue: (ref: ForgeRepositoryRef, number: number, options?: CallOptions) => Promise<ForgeIssue>;
  updateIssue: (
    ref: ForgeRepositoryRef,
    number: number,
    changes: { title?: string; body?: string; state?: "open" | "closed" },
    options?: CallOptions,
  ) => Promise<ForgeIssue>;
  /** Comments on an issue or, `on: "pull-request"`, on a pull request's conversation: GitHub has one place for both, GitLab two. */
  createComment: (
    ref: ForgeRepositoryRef,
    target: CommentTarget,
    body: string,
    options?: CallOptions,
  ) => Promise<ForgeComment>;
  updateComment: (
    ref: ForgeRepositoryRef,
    target: CommentTarget,
    commentId: string,
    body: string,
    options?: CallOptions,
  ) => Promise<ForgeComment>;
  /** All pages, oldest first; with `since` those updated after it. */
  listComments: (
    ref: ForgeRepositoryRef,
    target: CommentTarget,
    filter: { since?: Instant },
    options?: CallOptions,
  ) => Promise<ForgeComment[]>;
};

export type CommentTarget = { on: "issue" | "pull-request"; number: number };

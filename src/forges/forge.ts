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

/** The commits between which a pull request's change lies. */
export type ForgeChange = {
  headSha: string;
  /** What head and base branch have in common: the diff is from here. */
  mergeBaseSha: string;
  /** The tip of the base branch as the forge counted; positions of comments at GitLab name it. */
  startSha: string;
  isFork: boolean;
};

/** What a person may do with a repository, by the forge's own answer and nothing else. */
export type ForgePermission = "none" | "read" | "write" | "admin";

/** A place in the version of a file that a pull request ends in; the line must be one of its diff. */
export type InlineComment = {
  path: string;
  /** The name before the change, where it was another; GitLab asks for it. */
  oldPath: string | null;
  startLine: number;
  endLine: number;
  /** Number that the last line had before the change, null when it was added: GitLab asks for both of an unchanged line. */
  oldEndLine: number | null;
  /** The same of the first line. A range without it is shown at its last line only by GitLab. */
  oldStartLine?: number | null;
  body: string;
};

export type InlineComments = { change: ForgeChange; comments: InlineComment[] };

/** A conversation at a line. */
export type ForgeThread = {
  id: string;
  url: string | null;
  isResolved: boolean;
  /** Null when it is not resolved, or the forge does not say. */
  resolvedBy: ForgeUser | null;
  path: string | null;
  /** Of the newest version, null when the line is gone. */
  line: number | null;
  /** Oldest first. */
  comments: ForgeComment[];
};

/** What stands beside a commit: a check run where the credential may make one, else a commit status. */
export type CheckReport = {
  sha: string;
  name: string;
  state: "in_progress" | "success" | "neutral" | "failure";
  title: string;
  summary: string;
  url: string | null;
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
  /** Between which commits a pull request's change lies, now. */
  getChange: (ref: ForgeRepositoryRef, number: number, options?: CallOptions) => Promise<ForgeChange>;
  /** The whole id of a commit, from that or from its first seven or more digits; null when there is none, or more than one: no forge tells which. */
  resolveCommit: (ref: ForgeRepositoryRef, sha: string, options?: CallOptions) => Promise<string | null>;
  /** The pull requests of the repository that a commit belongs to, newest first; a hundred at most. Open and merged ones; of closed ones GitHub is silent. */
  pullRequestsOfCommit: (ref: ForgeRepositoryRef, sha: string, options?: CallOptions) => Promise<ForgePullRequest[]>;
  /** The forge's own answer; someone it does not know may nothing. */
  getPermission: (ref: ForgeRepositoryRef, user: ForgeUser, options?: CallOptions) => Promise<ForgePermission>;
  /** How many inline comments go out in one request: all of them come to be, or none. 30 at GitHub, 1 at GitLab. */
  inlineCommentsMax: number;
  /**
   * Posts comments at lines, with GitHub as one review with the event COMMENT and nothing else. Sent once. When a line is none of the diff, or a commit
   * none of the pull request, it is `refused` and nothing is posted. The threads are in the order of the comments, or none where the forge does not list
   * them yet: `listThreads` will.
   */
  postInlineComments: (
    ref: ForgeRepositoryRef,
    number: number,
    inline: InlineComments,
    options?: CallOptions,
  ) => Promise<{ threads: { id: string; url: string | null }[] }>;
  /** All conversations at lines, whoever began them, oldest first. */
  listThreads: (ref: ForgeRepositoryRef, number: number, options?: CallOptions) => Promise<ForgeThread[]>;
  /** Safe to repeat. */
  resolveThread: (ref: ForgeRepositoryRef, number: number, threadId: string, options?: CallOptions) => Promise<void>;
  /** Makes or changes the report of this name on this commit. Safe to repeat: the last word counts. */
  reportCheck: (ref: ForgeRepositoryRef, report: CheckReport, options?: CallOptions) => Promise<{ url: string | null }>;
};

export type CommentTarget = { on: "issue" | "pull-request"; number: number };

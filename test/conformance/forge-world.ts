import type { CredentialStandings } from "../../src/domain/credential-standing.ts";
import type { CallLimits } from "../../src/forges/call-policy.ts";
import type { CommentTarget, Forge, ForgeRepositoryRef } from "../../src/forges/forge.ts";
import type { ForgeFetchBudgets } from "../../src/forges/forge-fetch.ts";

/** What both fakes can do wrong. */
export type ForgeFaultKind =
  | "drop-before"
  | "drop-after-commit"
  | "5xx-before"
  | "5xx-after"
  | "429"
  | "slow"
  | "stale-reads"
  | "redirect"
  | "gzip-bomb"
  | "wrong-id"
  | "html-200"
  | "empty-201";

export type ForgeFault = {
  kind: ForgeFaultKind;
  /** The method of `Forge` whose request it meets. */
  on: keyof Forge;
  times?: number;
  headers?: Record<string, string>;
  to?: string;
  bytes?: number;
};

/** One request, as the fake heard it. `at` is by the clock of the test. */
export type HeardRequest = { method: string; path: string; at: Date; headers: Record<string, unknown>; body: string };

export type ForgeSetting = {
  /** Read for each call, as a file would be. */
  readToken: () => Promise<string>;
  now: () => Date;
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  standings: CredentialStandings;
  onSkew: (skewMs: number) => void;
  limits?: Partial<CallLimits>;
  budgets?: Partial<ForgeFetchBudgets>;
};

/**
 * A forge that runs, and what a test does to it behind the client's back. It has a repository with the branches `main` and `feature/one`, whose tips
 * differ, and a second one that the tokens cannot see.
 */
export type ForgeWorld = AsyncDisposable & {
  connect: (setting: ForgeSetting) => Forge;
  repository: ForgeRepositoryRef;
  hidden: ForgeRepositoryRef;
  /** The user of all tokens but `stranger`, who is somebody else with access. */
  login: string;
  stranger: string;
  tokens: { good: string; alsoGood: string; readOnly: string; revoked: string; ofStranger: string };
  branch: (name: string, sha: string) => void;
  /** The repository gets another name; calls under the old one are led on. */
  rename: () => Promise<ForgeRepositoryRef>;
  archive: () => void;
  fault: (fault: ForgeFault) => void;
  /** What `slow` held back is answered now. */
  release: () => void;
  heard: () => HeardRequest[];
  people: {
    openPullRequest: (head: string) => Promise<number>;
    mergePullRequest: (number: number, mergeCommitSha: string) => Promise<void>;
    openIssue: (title: string) => Promise<number>;
    comment: (target: CommentTarget, body: string) => Promise<void>;
  };
  /** What there really is. */
  truth: {
    pullRequests: () => Promise<number>;
    issues: () => Promise<number>;
    comments: (target: CommentTarget) => Promise<string[]>;
  };
  /** Where the fake heard or said something that its forge would not; empty when all is well. */
  violations: () => string[];
};

export type StartForgeWorld = (now: () => Date) => Promise<ForgeWorld>;

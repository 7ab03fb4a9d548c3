import type { Instant } from "../domain/clock.ts";
import type { PullRequestFact, PullRequestState, RevertMention } from "../domain/fact.ts";
import { factSha, textSha } from "./fact-sha.ts";
import { type Register, type Stamp, withoutAbsent } from "./register.ts";

/** All that is known of a pull request, each field with where it came from. Stored beside the row it is read out to. */
export type PullRequestRegisters = {
  /** The latest moment at which the forge had changed it. */
  observed: Register<Instant>;
  /** SHA-256 of the payload that the row shows: that of the latest fact. */
  payload: Register<string>;
  state: Register<PullRequestState>;
  title: Register<string>;
  author: Register<string>;
  url: Register<string>;
  draft: Register<boolean>;
  baseBranch: Register<string>;
  headBranch: Register<string>;
  headSha: Register<string>;
  mergeCommitSha: Register<string>;
  commitsCount: Register<number>;
  changedFilesCount: Register<number>;
  openedAt: Register<Instant>;
  closedAt: Register<Instant | null>;
  mergedAt: Register<Instant>;
  reverts: Register<RevertMention[]>;
};

/** What a pull request's row says, as far as pull requests themselves decide it. */
export type PullRequestReading = {
  state: PullRequestState;
  title: string | null;
  author: string | null;
  url: string | null;
  draft: boolean;
  baseBranch: string | null;
  headBranch: string | null;
  headSha: string | null;
  mergeCommitSha: string | null;
  commitsCount: number | null;
  changedFilesCount: number | null;
  openedAt: Instant | null;
  closedAt: Instant | null;
  mergedAt: Instant | null;
  updatedAt: Instant;
  reverts: RevertMention[];
  truthWanted: boolean;
};

const stateRank: Record<PullRequestState, number> = { open: 0, closed: 1, merged: 2 };
/** Sorts after every time: a merge is for good, however late an older word arrives. */
const forGood = "merged";
/** Fields in which two words of one moment cannot both be true. */
const contestable = [
  "state",
  "title",
  "draft",
  "baseBranch",
  "headBranch",
  "headSha",
  "mergeCommitSha",
  "mergedAt",
  "reverts",
] as const;

/** What one fact, told by this payload, says by itself: to be joined with what is known. */
export function pullRequestRegisters(fact: PullRequestFact, payloadText: string): Partial<PullRequestRegisters> {
  const sha = factSha(fact);
  const payloadSha = textSha(payloadText);
  const stamp: Stamp = { at: fact.observedAt, rank: stateRank[fact.state], sha, tied: false };
  const said = <Value>(value: Value | undefined, where = stamp): Register<Value> | undefined =>
    value === undefined ? undefined : { value, stamp: where };
  const registers = {
    observed: said(fact.observedAt),
    payload: said(payloadSha, { ...stamp, sha: sha + payloadSha }),
    state: said(fact.state, fact.state === "merged" ? { at: forGood, rank: 0, sha: "", tied: false } : stamp),
    title: said(fact.title),
    author: said(fact.author),
    url: said(fact.url),
    draft: said(fact.draft),
    baseBranch: said(fact.baseBranch),
    headBranch: said(fact.headBranch),
    headSha: said(fact.headSha),
    mergeCommitSha: said(fact.mergeCommitSha),
    commitsCount: said(fact.commitsCount),
    changedFilesCount: said(fact.changedFilesCount),
    openedAt: said(fact.openedAt),
    closedAt: said(fact.closedAt),
    mergedAt: said(fact.mergedAt, mergeStamp(fact)),
    reverts: said(fact.reverts),
  };
  return withoutAbsent(registers);
}

/** The forge's own `merged_at` outranks a time taken from the merge event, whichever was told later. */
function mergeStamp(fact: PullRequestFact): Stamp {
  return {
    at: fact.mergedAtIsFallback === true ? "0 fallback" : "1 exact",
    rank: 0,
    sha: fact.mergedAt ?? "",
    tied: false,
  };
}

/** The row's columns out of the registers. Wants a look at the forge when two facts contradict each other at one moment, or when a merge has no time. */
export function readPullRequest(registers: Partial<PullRequestRegisters>): PullRequestReading {
  const state = registers.state?.value ?? "open";
  const merged = state === "merged";
  const mergedAt = merged ? (registers.mergedAt?.value ?? null) : null;
  return {
    state,
    title: registers.title?.value ?? null,
    author: registers.author?.value ?? null,
    url: registers.url?.value ?? null,
    draft: registers.draft?.value ?? false,
    baseBranch: registers.baseBranch?.value ?? null,
    headBranch: registers.headBranch?.value ?? null,
    headSha: registers.headSha?.value ?? null,
    mergeCommitSha: merged ? (registers.mergeCommitSha?.value ?? null) : null,
    commitsCount: registers.commitsCount?.value ?? null,
    changedFilesCount: registers.changedFilesCount?.value ?? null,
    openedAt: registers.openedAt?.value ?? null,
    closedAt: state === "open" ? null : (registers.closedAt?.value ?? mergedAt),
    mergedAt,
    updatedAt: registers.observed?.value ?? "",
    reverts: registers.reverts?.value ?? [],
    truthWanted: contestable.some((field) => registers[field]?.stamp.tied === true) || (merged && mergedAt === null),
  };
}

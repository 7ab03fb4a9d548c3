import type { Instant } from "../domain/clock.ts";
import type { PullRequestFact, PullRequestState, RevertMention } from "../domain/fact.ts";
import { factSha } from "./fact-sha.ts";
import { joinRegisters, type Register } from "./register.ts";

/** All that is known of a pull request, each field with where it came from. Stored beside the row it is read out to. */
export type PullRequestRegisters = {
  /** The fact as a whole: its stamp tells whether two facts claim the same moment. */
  observed: Register<string>;
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

/** Adds what a fact says to what is known. Any order and any repetition of the same facts ends in the same registers. */
export function joinPullRequest(known: Partial<PullRequestRegisters>, fact: PullRequestFact): Partial<PullRequestRegisters> {
  return joinRegisters<PullRequestRegisters>(known, registersOf(fact));
}

function registersOf(fact: PullRequestFact): Partial<PullRequestRegisters> {
  const sha = factSha(fact);
  const stamp = { at: fact.observedAt, rank: stateRank[fact.state], sha, tied: false };
  const registers: Partial<PullRequestRegisters> = { observed: { value: sha, stamp } };
  // Merged is for good, however late an older word arrives: its stamp stands past every moment a forge's clock can show.
  registers.state = { value: fact.state, stamp: fact.state === "merged" ? { at: "merged", rank: 2, sha: "", tied: false } : stamp };
  if (fact.title !== undefined) registers.title = { value: fact.title, stamp };
  if (fact.author !== undefined) registers.author = { value: fact.author, stamp };
  if (fact.url !== undefined) registers.url = { value: fact.url, stamp };
  if (fact.draft !== undefined) registers.draft = { value: fact.draft, stamp };
  if (fact.baseBranch !== undefined) registers.baseBranch = { value: fact.baseBranch, stamp };
  if (fact.headBranch !== undefined) registers.headBranch = { value: fact.headBranch, stamp };
  if (fact.headSha !== undefined) registers.headSha = { value: fact.headSha, stamp };
  if (fact.mergeCommitSha !== undefined) registers.mergeCommitSha = { value: fact.mergeCommitSha, stamp };
  if (fact.commitsCount !== undefined) registers.commitsCount = { value: fact.commitsCount, stamp };
  if (fact.changedFilesCount !== undefined) registers.changedFilesCount = { value: fact.changedFilesCount, stamp };
  if (fact.openedAt !== undefined) registers.openedAt = { value: fact.openedAt, stamp };
  if (fact.closedAt !== undefined) registers.closedAt = { value: fact.closedAt, stamp };
  if (fact.reverts !== undefined) registers.reverts = { value: fact.reverts, stamp };
  if (fact.mergedAt !== undefined) {
    // The forge's own `merged_at` outranks a time taken from the merge event, whichever was told later.
    registers.mergedAt = { value: fact.mergedAt, stamp: { at: fact.mergedAtIsFallback === true ? "0-fallback" : "1-exact", rank: 0, sha: fact.mergedAt, tied: false } };
  }
  return registers;
}

/** The row's columns out of the registers. Wants a look at the forge when two facts claim one moment, or when a merge has no time. */
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
    updatedAt: registers.observed?.stamp.at ?? "",
    reverts: registers.reverts?.value ?? [],
    truthWanted: registers.observed?.stamp.tied === true || (merged && mergedAt === null),
  };
}

import type { Instant } from "../domain/clock.ts";
import type { CiRunFact, CiRunStatus } from "../domain/fact.ts";
import { factSha } from "./fact-sha.ts";
import { joinRegisters, type Register } from "./register.ts";

/** All that is known of one attempt of a run, each field with where it came from. */
export type CiRunRegisters = {
  observed: Register<string>;
  status: Register<CiRunStatus>;
  commitSha: Register<string>;
  workflowName: Register<string>;
  branch: Register<string>;
  event: Register<string>;
  url: Register<string>;
  startedAt: Register<Instant>;
  completedAt: Register<Instant>;
};

/** What a run's row says. */
export type CiRunReading = {
  status: CiRunStatus;
  commitSha: string;
  workflowName: string | null;
  branch: string | null;
  event: string | null;
  url: string | null;
  startedAt: Instant | null;
  completedAt: Instant | null;
  updatedAt: Instant;
  truthWanted: boolean;
};

const statusRank: Record<CiRunStatus, number> = { pending: 0, in_progress: 1, skipped: 2, cancelled: 3, success: 4, failure: 5 };
const finishedRankMin = 2;

/** Adds what a fact says to what is known of this attempt. Any order and any repetition of the same facts ends in the same registers. */
export function joinCiRun(known: Partial<CiRunRegisters>, fact: CiRunFact): Partial<CiRunRegisters> {
  return joinRegisters<CiRunRegisters>(known, registersOf(fact));
}

function registersOf(fact: CiRunFact): Partial<CiRunRegisters> {
  const sha = factSha(fact);
  const rank = statusRank[fact.status];
  const stamp = { at: fact.observedAt, rank, sha, tied: false };
  // Where an attempt finishes once, its end stands above every moment of its running: a late `in_progress` with a later clock changes nothing.
  const isFinal = fact.finishedIsFinal && rank >= finishedRankMin;
  const statusStamp = isFinal ? { ...stamp, at: `final ${fact.observedAt}` } : stamp;
  const registers: Partial<CiRunRegisters> = {
    observed: { value: sha, stamp },
    status: { value: fact.status, stamp: statusStamp },
    commitSha: { value: fact.commitSha, stamp },
  };
  if (fact.workflowName !== undefined) registers.workflowName = { value: fact.workflowName, stamp };
  if (fact.branch !== undefined) registers.branch = { value: fact.branch, stamp };
  if (fact.event !== undefined) registers.event = { value: fact.event, stamp };
  if (fact.url !== undefined) registers.url = { value: fact.url, stamp };
  if (fact.startedAt !== undefined) registers.startedAt = { value: fact.startedAt, stamp };
  if (fact.completedAt !== undefined) registers.completedAt = { value: fact.completedAt, stamp };
  return registers;
}

/** The row's columns out of the registers. */
export function readCiRun(registers: Partial<CiRunRegisters>): CiRunReading {
  const status = registers.status?.value ?? "pending";
  return {
    status,
    commitSha: registers.commitSha?.value ?? "",
    workflowName: registers.workflowName?.value ?? null,
    branch: registers.branch?.value ?? null,
    event: registers.event?.value ?? null,
    url: registers.url?.value ?? null,
    startedAt: registers.startedAt?.value ?? null,
    completedAt: statusRank[status] >= finishedRankMin ? (registers.completedAt?.value ?? null) : null,
    updatedAt: registers.observed?.stamp.at ?? "",
    truthWanted: registers.status?.stamp.tied === true,
  };
}

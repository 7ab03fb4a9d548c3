import type { Instant } from "../domain/clock.ts";
import type { CiRunFact, CiRunStatus } from "../domain/fact.ts";
import { factSha, textSha } from "./fact-sha.ts";
import { type Register, type Stamp, withoutAbsent } from "./register.ts";

/** All that is known of one attempt of a run, each field with where it came from. */
export type CiRunRegisters = {
  /** The latest moment that anybody spoke of. */
  observed: Register<Instant>;
  status: Register<CiRunStatus>;
  /** SHA-256 of the payload that the row shows: that of the fact which the status came from. */
  payload: Register<string>;
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

const statusRank: Record<CiRunStatus, number> = {
  pending: 0,
  in_progress: 1,
  skipped: 2,
  cancelled: 3,
  success: 4,
  failure: 5,
};

/** What one fact, told by this payload, says by itself: to be joined with what is known of the attempt. */
export function ciRunRegisters(fact: CiRunFact, payloadText: string): Partial<CiRunRegisters> {
  const sha = factSha(fact);
  const payloadSha = textSha(payloadText);
  const stamp: Stamp = { at: placeOf(fact), rank: statusRank[fact.status], sha, tied: false };
  const said = <Value>(value: Value | undefined, where = stamp): Register<Value> | undefined =>
    value === undefined ? undefined : { value, stamp: where };
  const registers = {
    observed: said(fact.observedAt, { ...stamp, at: fact.observedAt }),
    status: said(fact.status),
    payload: said(payloadSha, { ...stamp, sha: sha + payloadSha }),
    commitSha: said(fact.commitSha),
    workflowName: said(fact.workflowName),
    branch: said(fact.branch),
    event: said(fact.event),
    url: said(fact.url),
    startedAt: said(fact.startedAt),
    completedAt: said(fact.completedAt),
  };
  return withoutAbsent(registers);
}

/**
 * A run's words of one moment come in the order of its life, so the phase is a part of the place. Where an attempt ends once, its end stands behind every
 * moment of its running: a late `in_progress` with a later clock changes nothing.
 */
function placeOf(fact: CiRunFact): string {
  const phase = isFinished(fact.status) ? 2 : statusRank[fact.status];
  const isFinal = fact.finishedIsFinal && phase === 2;
  return `${isFinal ? "final " : ""}${fact.observedAt} ${phase}`;
}

function isFinished(status: CiRunStatus): boolean {
  return statusRank[status] >= statusRank.skipped;
}

/** The row's columns out of the registers. Wants a look at the forge when two facts end the run differently at one moment. */
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
    completedAt: isFinished(status) ? (registers.completedAt?.value ?? null) : null,
    updatedAt: registers.observed?.value ?? "",
    truthWanted: registers.status?.stamp.tied === true,
  };
}

import type { Decision } from "../domain/decision.ts";
import type { CiRunFact } from "../domain/fact.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { factSha } from "./fact-sha.ts";
import { type CiRunRegisters, joinCiRun, readCiRun } from "./join-ci-run.ts";
import { joinRegister, type Register } from "./register.ts";

type Deps = Pick<StoreQueries, "ciRuns">;

type StoredRegisters = Partial<CiRunRegisters> & { payload?: Register<string> };

/** Joins a fact into its attempt's row. The same fact again changes nothing, in whatever order facts come. */
export async function recordCiRun(repository: RepositoryRow, fact: CiRunFact, payloadText: string, deps: Deps): Promise<Decision> {
  const key = { repositoryId: repository.id, provider: fact.provider, kind: fact.runKind, runId: fact.runId, runAttempt: fact.runAttempt };
  const stored = await deps.ciRuns.find(key);
  const known = stored === undefined ? {} : (JSON.parse(stored.registers) as StoredRegisters);
  const payloadSha = factSha(payloadText);
  const registers: StoredRegisters = { ...joinCiRun(known, fact) };
  // The row shows the payload of the fact that its status came from.
  const statusStamp = joinCiRun({}, fact).status?.stamp;
  const payload = statusStamp === undefined ? undefined : { value: payloadSha, stamp: { ...statusStamp, sha: statusStamp.sha + payloadSha } };
  const winner = joinRegister(known.payload, payload);
  if (winner !== undefined) registers.payload = winner;

  const text = JSON.stringify(registers);
  const rule = "record-ci-run";
  const name = fact.workflowName ?? fact.runId;
  if (stored !== undefined && text === stored.registers) return { rule, verdict: "unchanged", because: `All of this was known of ${name} already.` };

  const reading = readCiRun(registers);
  await deps.ciRuns.put({
    repository_id: repository.id,
    repo_slug: repository.slug,
    provider: fact.provider,
    kind: fact.runKind,
    run_id: fact.runId,
    run_attempt: fact.runAttempt,
    commit_sha: reading.commitSha,
    status: reading.status,
    workflow_name: reading.workflowName,
    branch: reading.branch,
    event: reading.event,
    url: reading.url,
    started_ts: reading.startedAt,
    completed_ts: reading.completedAt,
    updated_at: reading.updatedAt,
    truth_wanted: reading.truthWanted ? 1 : 0,
    registers: text,
    raw_json: stored === undefined || winner?.value === payloadSha ? payloadText : stored.raw_json,
  });
  const because = stored !== undefined && stored.status === reading.status ? `${name} is still ${reading.status}; its details changed.` : `${name} is ${reading.status} (attempt ${fact.runAttempt}).`;
  return { rule, verdict: "recorded", because };
}

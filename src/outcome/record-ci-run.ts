import type { Decision } from "../domain/decision.ts";
import type { CiRunFact } from "../domain/fact.ts";
import type { StoredCiRun } from "../store/ci-runs.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { type CiRunReading, type CiRunRegisters, ciRunRegisters, readCiRun } from "./join-ci-run.ts";
import { joinRegisters, registersText } from "./register.ts";

type Deps = Pick<StoreQueries, "ciRuns">;

const rule = "record-ci-run";

/** Joins a fact into its attempt's row. The same fact again changes nothing, in whatever order facts come. */
export async function recordCiRun(
  repository: RepositoryRow,
  fact: CiRunFact,
  payloadText: string,
  deps: Deps,
): Promise<Decision> {
  const key = {
    repositoryId: repository.id,
    provider: fact.provider,
    kind: fact.runKind,
    runId: fact.runId,
    runAttempt: fact.runAttempt,
  };
  const name = fact.workflowName ?? fact.runId;
  const stored = await deps.ciRuns.find(key);
  const said = ciRunRegisters(fact, payloadText);
  if (stored === undefined) {
    const reading = readCiRun(said);
    await deps.ciRuns.add({
      repository_id: repository.id,
      repo_slug: repository.slug,
      provider: fact.provider,
      kind: fact.runKind,
      run_id: fact.runId,
      run_attempt: fact.runAttempt,
      ...columnsOf(reading),
      registers: registersText(said),
      raw_json: payloadText,
    });
    return { rule, verdict: "recorded", because: `${name} is ${reading.status} (attempt ${fact.runAttempt}).` };
  }

  const registers = joinRegisters<CiRunRegisters>(JSON.parse(stored.registers) as Partial<CiRunRegisters>, said);
  const text = registersText(registers);
  if (text === stored.registers)
    return { rule, verdict: "unchanged", because: `All of this was known of ${name} already.` };
  const reading = readCiRun(registers);
  const isShown = registers.payload?.value === said.payload?.value;
  await deps.ciRuns.update(stored.id, {
    ...columnsOf(reading),
    registers: text,
    ...(isShown ? { raw_json: payloadText } : {}),
  });
  const because =
    stored.status === reading.status
      ? `${name} is still ${reading.status}; its details changed.`
      : `${name} is ${reading.status} (attempt ${fact.runAttempt}).`;
  return { rule, verdict: "recorded", because };
}

/** Joins what two rows know of one attempt into the first. */
export async function joinStoredCiRuns(
  repository: RepositoryRow,
  one: StoredCiRun,
  other: StoredCiRun,
  deps: Deps,
): Promise<void> {
  const registers = joinRegisters<CiRunRegisters>(
    JSON.parse(one.registers) as Partial<CiRunRegisters>,
    JSON.parse(other.registers) as Partial<CiRunRegisters>,
  );
  const shown =
    (JSON.parse(one.registers) as Partial<CiRunRegisters>).payload?.value === registers.payload?.value ? one : other;
  const columns = {
    ...columnsOf(readCiRun(registers)),
    repo_slug: repository.slug,
    registers: registersText(registers),
    raw_json: shown.raw_json,
  };
  await deps.ciRuns.update(one.id, columns);
}

function columnsOf(reading: CiRunReading) {
  return {
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
  };
}

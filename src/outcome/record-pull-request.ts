import type { Decision } from "../domain/decision.ts";
import type { PullRequestFact, RevertMention } from "../domain/fact.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { factSha } from "./fact-sha.ts";
import { joinPullRequest, type PullRequestReading, type PullRequestRegisters, readPullRequest } from "./join-pull-request.ts";
import { joinRegister, type Register } from "./register.ts";
import { settleReverts } from "./settle-reverts.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/** The registers as stored: with the payload that the row shows, which is the winning fact's. */
type StoredRegisters = Partial<PullRequestRegisters> & { payload?: Register<string> };

/** Joins a fact into its pull request's row. The same fact again changes nothing, in whatever order facts come. */
export async function recordPullRequest(repository: RepositoryRow, fact: PullRequestFact, payloadText: string, deps: Deps): Promise<Decision> {
  const stored = await deps.pullRequests.find(repository.id, fact.number);
  const known = stored === undefined ? {} : (JSON.parse(stored.registers) as StoredRegisters);
  const payload = payloadRegister(fact, payloadText);
  const registers: StoredRegisters = { ...joinPullRequest(known, fact) };
  const winner = joinRegister(known.payload, payload);
  if (winner !== undefined) registers.payload = winner;

  const text = JSON.stringify(registers);
  const rule = "record-pull-request";
  if (stored !== undefined && text === stored.registers) return { rule, verdict: "unchanged", because: `All of this was known of #${fact.number} already.` };

  const reading = readPullRequest(registers);
  await deps.pullRequests.put({
    repository_id: repository.id,
    provider: repository.forge ?? "github",
    repo_slug: repository.slug,
    pr_number: fact.number,
    ...columnsOf(reading),
    registers: text,
    raw_json: stored === undefined || winner?.value === payload.value ? payloadText : stored.raw_json,
  });
  const mentioned = await replaceReverts(repository, fact.number, reading.reverts, deps);
  if (mentioned || reading.state === "merged") {
    await settleReverts(repository.id, [{ kind: "pull-request", ref: String(fact.number) }], deps);
  }
  return { rule, verdict: "recorded", because: describe(stored?.state, reading, fact) };
}

function payloadRegister(fact: PullRequestFact, payloadText: string): Register<string> {
  const payloadSha = factSha(payloadText);
  const rank = { open: 0, closed: 1, merged: 2 }[fact.state];
  return { value: payloadSha, stamp: { at: fact.observedAt, rank, sha: factSha(fact) + payloadSha, tied: false } };
}

function columnsOf(reading: PullRequestReading) {
  return {
    title: reading.title,
    state: reading.state,
    merged_at: reading.mergedAt,
    author: reading.author,
    url: reading.url,
    draft: reading.draft ? 1 : 0,
    base_branch: reading.baseBranch,
    head_branch: reading.headBranch,
    head_sha: reading.headSha,
    merge_commit_sha: reading.mergeCommitSha,
    commits_count: reading.commitsCount,
    changed_files_count: reading.changedFilesCount,
    opened_at: reading.openedAt,
    closed_at: reading.closedAt,
    updated_at: reading.updatedAt,
    truth_wanted: reading.truthWanted ? 1 : 0,
  };
}

/** Keeps what this pull request says it reverts as its text stands now. True when it says or said anything. */
async function replaceReverts(repository: RepositoryRow, number: number, mentions: RevertMention[], deps: Deps): Promise<boolean> {
  const reverter = { kind: "pull-request", ref: String(number) } as const;
  const before = await deps.reverts.by(repository.id, reverter);
  if (before.length === 0 && mentions.length === 0) return false;
  await deps.reverts.replace(repository.id, reverter, mentions.map(targetOf));
  return true;
}

/** A mention as a row of the reverts table. */
export function targetOf(mention: RevertMention): { target_kind: "pull-request" | "commit"; target_ref: string; evidence: RevertMention["evidence"] } {
  return mention.by === "commit"
    ? { target_kind: "commit", target_ref: mention.sha, evidence: mention.evidence }
    : { target_kind: "pull-request", target_ref: String(mention.number), evidence: mention.evidence };
}

function describe(before: string | undefined, reading: PullRequestReading, fact: PullRequestFact): string {
  if (before === undefined) return `#${fact.number} is known now; it is ${reading.state}.`;
  if (before !== reading.state) return `#${fact.number} went from ${before} to ${reading.state}.`;
  if (fact.observedAt < reading.updatedAt) return `#${fact.number} stays ${reading.state}: this is older than what is known, and only filled gaps.`;
  return `#${fact.number} is still ${reading.state}; its details changed.`;
}

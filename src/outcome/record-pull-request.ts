import type { Decision } from "../domain/decision.ts";
import type { PullRequestFact, RevertMention } from "../domain/fact.ts";
import type { JoinedPullRequest } from "../store/pull-requests.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { ChangeRef, RevertRow } from "../store/reverts.ts";
import type { StoreQueries } from "../store/store.ts";
import { canonicalJson } from "./fact-sha.ts";
import {
  type PullRequestReading,
  type PullRequestRegisters,
  pullRequestRegisters,
  readPullRequest,
} from "./join-pull-request.ts";
import { joinRegisters, registersText } from "./register.ts";
import { settleReverts } from "./settle-reverts.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/** Joins a fact into its pull request's row. The same fact again changes nothing, in whatever order facts come. */
export async function recordPullRequest(
  repository: RepositoryRow,
  fact: PullRequestFact,
  payloadText: string,
  deps: Deps,
): Promise<Decision> {
  const rule = "record-pull-request";
  const stored = await deps.pullRequests.find(repository.id, fact.number);
  const said = pullRequestRegisters(fact, payloadText);
  const registers = stored === undefined ? said : joinRegisters<PullRequestRegisters>(registersOf(stored), said);
  const text = registersText(registers);
  if (text === stored?.registers)
    return { rule, verdict: "unchanged", because: `All of this was known of #${fact.number} already.` };

  const reading = readPullRequest(registers);
  const columns = { ...columnsOf(reading), registers: text };
  if (stored === undefined) {
    const identity = {
      repository_id: repository.id,
      provider: repository.forge ?? "github",
      repo_slug: repository.slug,
      pr_number: fact.number,
    };
    await deps.pullRequests.add({ ...identity, ...columns, raw_json: payloadText });
  } else {
    const isShown = registers.payload?.value === said.payload?.value;
    await deps.pullRequests.update(stored.id, { ...columns, ...(isShown ? { raw_json: payloadText } : {}) });
  }
  await followReverts(repository, fact.number, stored, reading, deps);
  return { rule, verdict: "recorded", because: describe(stored?.state, reading, fact) };
}

function registersOf(stored: JoinedPullRequest): Partial<PullRequestRegisters> {
  return JSON.parse(stored.registers) as Partial<PullRequestRegisters>;
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

/** Keeps what this pull request says it reverts as its text stands now, and settles all that hangs on it, or hung on it before. */
async function followReverts(
  repository: RepositoryRow,
  number: number,
  before: JoinedPullRequest | undefined,
  reading: PullRequestReading,
  deps: Deps,
): Promise<void> {
  const itself: ChangeRef = { kind: "pull-request", ref: String(number) };
  const said = before === undefined ? [] : (registersOf(before).reverts?.value ?? []);
  if (canonicalJson(said) !== canonicalJson(reading.reverts))
    await deps.reverts.replace(repository.id, itself, reading.reverts.map(targetOf));
  if (reading.state !== "merged") return;
  const once = [before?.merge_commit_sha, before?.head_sha].filter((sha) => typeof sha === "string");
  const touched: ChangeRef[] = [
    itself,
    ...said.map(changeOf),
    ...once.map((ref) => ({ kind: "commit", ref }) as const),
  ];
  await settleReverts(repository.id, touched, deps);
}

/** A mention as a row of the reverts table. */
export function targetOf(mention: RevertMention): Pick<RevertRow, "target_kind" | "target_ref" | "evidence"> {
  const { kind, ref } = changeOf(mention);
  return { target_kind: kind, target_ref: ref, evidence: mention.evidence };
}

function changeOf(mention: RevertMention): ChangeRef {
  return mention.by === "commit"
    ? { kind: "commit", ref: mention.sha }
    : { kind: "pull-request", ref: String(mention.number) };
}

function describe(before: string | undefined, reading: PullRequestReading, fact: PullRequestFact): string {
  if (before === undefined) return `#${fact.number} is known now; it is ${reading.state}.`;
  if (before !== reading.state) return `#${fact.number} went from ${before} to ${reading.state}.`;
  if (fact.observedAt < reading.updatedAt)
    return `#${fact.number} stays ${reading.state}: this is older than what is known, and only filled gaps.`;
  return `#${fact.number} is still ${reading.state}; its details changed.`;
}

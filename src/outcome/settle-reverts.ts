import type { Instant } from "../domain/clock.ts";
import type { CommitRow } from "../store/commits.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";
import type { ChangeRef } from "../store/reverts.ts";
import type { StoreQueries } from "../store/store.ts";
import { type Change, revertedSince } from "./standing.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/** How many changes one chain of reverts may join; a longer one is settled as far as it was read. */
const changesMax = 2000;

/**
 * Makes `reverted_at` true again for everything that hangs together with these changes by reverts. Reads the whole chain and writes only what
 * differs, so a second call writes nothing.
 */
export async function settleReverts(repositoryId: number, touched: ChangeRef[], deps: Deps): Promise<void> {
  if (!(await deps.reverts.any(repositoryId))) return;
  const chain = await readChain(repositoryId, touched, deps);
  if (chain.changes.length === 0) return;
  const answers = revertedSince(chain.changes);
  for (const row of chain.pullRequests.values()) {
    const revertedAt = answers.get(pullRequestId(row.pr_number)) ?? null;
    if (revertedAt !== row.reverted_at) await deps.pullRequests.setReverted(row.id, revertedAt);
  }
  for (const row of chain.commits.values()) {
    const revertedAt = answers.get(chain.idOfCommit(row.sha)) ?? null;
    if (revertedAt !== row.reverted_at) await deps.commits.setReverted(row.id, revertedAt);
  }
}

type Chain = {
  pullRequests: Map<number, PullRequestRow>;
  commits: Map<string, CommitRow>;
  changes: Change[];
  idOfCommit: (sha: string) => string;
};

/** Follows reverts in both directions from what was touched. A pull request and the commit that merged it are one change. */
async function readChain(repositoryId: number, touched: ChangeRef[], deps: Deps): Promise<Chain> {
  const pullRequests = new Map<number, PullRequestRow>();
  const commits = new Map<string, CommitRow>();
  const edges: { from: ChangeRef; to: ChangeRef }[] = [];
  const seen = new Set<string>();
  const waiting: ChangeRef[] = [...touched];

  while (waiting.length > 0 && seen.size < changesMax) {
    const change = waiting.pop();
    if (change === undefined || seen.has(`${change.kind} ${change.ref}`)) continue;
    seen.add(`${change.kind} ${change.ref}`);
    for (const row of await deps.reverts.by(repositoryId, change)) {
      const target = { kind: row.target_kind, ref: row.target_ref };
      edges.push({ from: change, to: target });
      waiting.push(target);
    }
    for (const row of await deps.reverts.of(repositoryId, change)) waiting.push({ kind: row.reverter_kind, ref: row.reverter_ref });
    if (change.kind === "pull-request") await readPullRequest(Number(change.ref));
    else await readCommit(change.ref);
  }
  return assemble(pullRequests, commits, edges);

  async function readPullRequest(number: number): Promise<void> {
    const row = await deps.pullRequests.find(repositoryId, number);
    if (row === undefined) return;
    pullRequests.set(number, row);
    if (row.merge_commit_sha === null) return;
    waiting.push({ kind: "commit", ref: row.merge_commit_sha });
    for (const commit of await deps.commits.landedBy(repositoryId, [row.merge_commit_sha])) waiting.push({ kind: "commit", ref: commit.sha });
  }

  async function readCommit(ref: string): Promise<void> {
    const found = await deps.commits.findByPrefix(repositoryId, ref);
    // A shortened SHA that fits two commits names neither.
    const commit = found.length === 1 ? found[0] : undefined;
    if (commit !== undefined) {
      commits.set(commit.sha, commit);
      if (commit.sha !== ref) waiting.push({ kind: "commit", ref: commit.sha });
    }
    for (const row of await deps.pullRequests.mergedByPrefix(repositoryId, [ref, ...(commit?.landed_by_sha == null ? [] : [commit.landed_by_sha])])) {
      waiting.push({ kind: "pull-request", ref: String(row.pr_number) });
    }
  }
}

function assemble(pullRequests: Map<number, PullRequestRow>, commits: Map<string, CommitRow>, edges: { from: ChangeRef; to: ChangeRef }[]): Chain {
  const mergers = [...pullRequests.values()].flatMap((row) => (row.merge_commit_sha === null ? [] : [{ sha: row.merge_commit_sha, row }]));
  const mergedBySha = new Map(mergers.map(({ sha, row }) => [sha, row]));
  const fullSha = (ref: string): string => {
    const fits = [...new Set([...commits.keys(), ...mergedBySha.keys()])].filter((sha) => sha.startsWith(ref));
    return fits.length === 1 && fits[0] !== undefined ? fits[0] : ref;
  };
  const idOfCommit = (ref: string): string => {
    const sha = fullSha(ref);
    const merged = mergedBySha.get(sha);
    return merged === undefined ? `commit ${sha}` : pullRequestId(merged.pr_number);
  };
  const idOf = (change: ChangeRef): string => (change.kind === "commit" ? idOfCommit(change.ref) : pullRequestId(Number(change.ref)));

  const changes = new Map<string, Change>();
  for (const row of pullRequests.values()) changes.set(pullRequestId(row.pr_number), changeOfPullRequest(row, commits));
  for (const row of commits.values()) {
    if (!changes.has(idOfCommit(row.sha))) changes.set(idOfCommit(row.sha), changeOfCommit(row, mergedBySha));
  }
  for (const { from, to } of edges) {
    const change = changes.get(idOf(from));
    const target = idOf(to);
    if (change !== undefined && sameBase(from, to) && !change.reverts.includes(target)) change.reverts.push(target);
  }
  return { pullRequests, commits, changes: [...changes.values()], idOfCommit };

  /** A revert on a release branch leaves the default branch as it was. */
  function sameBase(from: ChangeRef, to: ChangeRef): boolean {
    const base = (change: ChangeRef): string | null | undefined => {
      const number = /^pull-request (\d+)$/.exec(idOf(change))?.[1];
      return number === undefined ? undefined : pullRequests.get(Number(number))?.base_branch;
    };
    const [a, b] = [base(from), base(to)];
    return a == null || b == null || a === b;
  }
}

function changeOfPullRequest(row: PullRequestRow, commits: Map<string, CommitRow>): Change {
  const parts = [...commits.values()].filter((commit) => commit.landed_by_sha === row.merge_commit_sha && commit.sha !== row.merge_commit_sha);
  return {
    id: pullRequestId(row.pr_number),
    // A merged pull request that changes no file reverts nothing, whatever its title says.
    landedAt: row.state === "merged" && row.changed_files_count !== 0 ? row.merged_at : null,
    partOf: null,
    parts: parts.map((commit) => `commit ${commit.sha}`),
    partsComplete: row.commits_count !== null && parts.length === row.commits_count,
    reverts: [],
  };
}

function changeOfCommit(row: CommitRow, mergedBySha: Map<string, PullRequestRow>): Change {
  const merged = row.landed_by_sha === null ? undefined : mergedBySha.get(row.landed_by_sha);
  const landedAt: Instant | null = merged?.merged_at ?? row.landed_at;
  return { id: `commit ${row.sha}`, landedAt, partOf: merged === undefined ? null : pullRequestId(merged.pr_number), parts: [], partsComplete: true, reverts: [] };
}

function pullRequestId(number: number): string {
  return `pull-request ${number}`;
}

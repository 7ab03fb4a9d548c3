import type { LandedCommit } from "../store/commits.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";
import type { ChangeRef, RevertRow } from "../store/reverts.ts";
import type { StoreQueries } from "../store/store.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/** All that hangs together by reverts: pull requests, the commits that they or a statement name, and the statements. */
export type RevertChain = {
  pullRequests: PullRequestRow[];
  commits: LandedCommit[];
  /** Who says that it reverts what; a commit may be named by a shortened SHA. */
  statements: RevertRow[];
};

/** More than any honest history has; a larger one is left as it is, so that nobody can keep the digester busy for ever. */
const changesMax = 20_000;

/**
 * Follows reverts from what was touched in both directions, until nothing new is found: whoever is touched, the same chain comes out. A pull request
 * and the commits that came with it are read together, and so are pull requests that came by one push. Null when the chain has no end in reach.
 */
export async function readRevertChain(
  repositoryId: number,
  touched: ChangeRef[],
  deps: Deps,
): Promise<RevertChain | null> {
  const pullRequests = new Map<number, PullRequestRow>();
  const commits = new Map<string, LandedCommit>();
  const statements = new Map<number, RevertRow>();
  const pushes = new Set<string>();
  const seen = new Set<string>();
  let next = touched;

  for (;;) {
    const changes = [...new Map(next.map((change) => [nameOf(change), change])).entries()].filter(
      ([name]) => !seen.has(name),
    );
    if (changes.length === 0)
      return {
        pullRequests: [...pullRequests.values()],
        commits: [...commits.values()],
        statements: [...statements.values()],
      };
    for (const [name] of changes) seen.add(name);
    if (seen.size > changesMax) return null;
    next = await neighboursOf(changes.map(([, change]) => change));
  }

  async function neighboursOf(changes: ChangeRef[]): Promise<ChangeRef[]> {
    const numbers = changes.filter(({ kind }) => kind === "pull-request").map(({ ref }) => Number(ref));
    const shas = changes.filter(({ kind }) => kind === "commit").map(({ ref }) => ref);
    const found: ChangeRef[] = [];
    for (const statement of await deps.reverts.touching(repositoryId, changes)) {
      statements.set(statement.id, statement);
      found.push(
        { kind: statement.reverter_kind, ref: statement.reverter_ref },
        { kind: statement.target_kind, ref: statement.target_ref },
      );
    }
    for (const row of await deps.pullRequests.findMany(repositoryId, numbers)) found.push(...add(row));
    for (const row of await deps.pullRequests.mergedByPrefix(repositoryId, shas)) found.push(...add(row));
    for (const row of await deps.commits.findLanded(repositoryId, shas)) {
      commits.set(row.sha, row);
      found.push({ kind: "commit", ref: row.sha });
    }
    const heads = [...new Set([...commits.values()].flatMap((row) => row.landed_by_sha ?? []))].filter(
      (sha) => !pushes.has(sha),
    );
    for (const head of heads) pushes.add(head);
    return [...found, ...(await companionsOf(heads))];
  }

  /** A push that brought a pull request is read whole, to tell which commits are the pull request's; of any other push, each commit stands by itself. */
  async function companionsOf(heads: string[]): Promise<ChangeRef[]> {
    const found: ChangeRef[] = [];
    const byHead = Map.groupBy(await deps.commits.landedBy(repositoryId, heads), (row) => row.landed_by_sha);
    for (const rows of byHead.values()) {
      const merged = await deps.pullRequests.mergedByPrefix(
        repositoryId,
        rows.map((row) => row.sha),
      );
      if (merged.length === 0) continue;
      for (const row of merged) found.push(...add(row));
      for (const row of rows) {
        commits.set(row.sha, row);
        found.push({ kind: "commit", ref: row.sha });
      }
    }
    return found;
  }

  function add(row: PullRequestRow): ChangeRef[] {
    if (row.state !== "merged") return [];
    pullRequests.set(row.pr_number, row);
    const mergedAs = row.merge_commit_sha ?? row.head_sha;
    return [
      { kind: "pull-request", ref: String(row.pr_number) },
      ...(mergedAs === null ? [] : [{ kind: "commit", ref: mergedAs } as const]),
    ];
  }
}

function nameOf({ kind, ref }: ChangeRef): string {
  return `${kind} ${ref}`;
}

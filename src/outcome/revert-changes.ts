import type { Instant } from "../domain/clock.ts";
import type { LandedCommit } from "../store/commits.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";
import type { RevertRow } from "../store/reverts.ts";
import { type MergedCommits, mergedCommits } from "./merged-commits.ts";
import type { RevertChain } from "./revert-chain.ts";
import type { Change } from "./standing.ts";

export type RevertChanges = {
  changes: Change[];
  idOfPullRequest: (row: PullRequestRow) => string;
  /** A commit that stands for a pull request as a whole has the pull request's id. */
  idOfCommit: (row: { sha: string }) => string;
};

/** Every default branch, whatever it is called: it may have been renamed in between. */
const defaultBranch = "(default)";

/**
 * Puts a chain of reverts into the words of standing.ts: rows become changes, a pull request and the commits that it brought know of each other, and
 * what was named by a number or a shortened SHA is the change that it names.
 */
export function changesIn(chain: RevertChain): RevertChanges {
  const landed = new Map(chain.commits.filter((row) => row.landed_at !== null).map((row) => [row.sha, row]));
  const merged = mergedByPullRequest(chain, [...landed.values()]);
  const owners = ownersOf(chain.pullRequests, merged);
  const idOfCommit = ({ sha }: { sha: string }): string => owners.whole.get(sha)?.[0] ?? `commit ${sha}`;

  const changes = new Map<string, Change>();
  for (const row of chain.pullRequests) {
    const { parts, isComplete } = merged.get(row.pr_number) ?? { parts: [], isComplete: false };
    const change = changeOfPullRequest(row, landed.get(mergedAs(row) ?? ""));
    changes.set(change.id, { ...change, parts: parts.map((sha) => `commit ${sha}`), partsComplete: isComplete });
  }
  for (const row of landed.values()) {
    if (owners.whole.has(row.sha)) continue;
    const whole = changes.get(owners.part.get(row.sha) ?? "");
    changes.set(idOfCommit(row), changeOfCommit(row, whole));
  }
  tellWhoRevertsWhat(chain.statements, changes, idOfCommit, namesOf([...landed.keys()], owners.whole));
  return { changes: [...changes.values()], idOfPullRequest, idOfCommit };
}

function idOfPullRequest(row: Pick<PullRequestRow, "pr_number">): string {
  return `pull-request ${row.pr_number}`;
}

function mergedAs(row: PullRequestRow): string | null {
  return row.merge_commit_sha ?? row.head_sha;
}

function mergedByPullRequest(chain: RevertChain, landed: LandedCommit[]): Map<number, MergedCommits> {
  const merged = new Map<number, MergedCommits>();
  for (const row of chain.pullRequests) {
    // Nobody has told of the push; the one commit is known all the same.
    const sha = row.merge_commit_sha;
    merged.set(row.pr_number, { whole: sha === null ? [] : [sha], parts: [], isComplete: false });
  }
  for (const push of Map.groupBy(landed, (row) => row.landed_by_sha).values()) {
    for (const [number, commits] of mergedCommits(push, chain.pullRequests)) merged.set(number, commits);
  }
  return merged;
}

/** Which pull requests a commit stands for, or the one that it is a part of. */
type Owners = { whole: Map<string, string[]>; part: Map<string, string> };

function ownersOf(pullRequests: PullRequestRow[], merged: Map<number, MergedCommits>): Owners {
  const owners: Owners = { whole: new Map(), part: new Map() };
  for (const row of pullRequests.toSorted((a, b) => a.pr_number - b.pr_number)) {
    const commits = merged.get(row.pr_number);
    for (const sha of commits?.whole ?? [])
      owners.whole.set(sha, [...(owners.whole.get(sha) ?? []), idOfPullRequest(row)]);
    for (const sha of commits?.parts ?? []) if (!owners.part.has(sha)) owners.part.set(sha, idOfPullRequest(row));
  }
  return owners;
}

function changeOfPullRequest(row: PullRequestRow, mergeCommit: LandedCommit | undefined): Change {
  const landedAt: Instant = row.merged_at ?? mergeCommit?.landed_at ?? row.closed_at ?? row.updated_at;
  const landedOn = mergeCommit === undefined ? [] : [defaultBranch, mergeCommit.landed_branch];
  return {
    id: idOfPullRequest(row),
    // A merged pull request that changes no file does and undoes nothing, whatever its title says.
    landedAt: row.changed_files_count === 0 ? null : landedAt,
    clock: "forge",
    branches: [row.base_branch, ...landedOn].filter((branch) => branch !== null),
    partOf: null,
    parts: [],
    partsComplete: false,
    reverts: [],
  };
}

function changeOfCommit(row: LandedCommit, whole: Change | undefined): Change {
  return {
    id: `commit ${row.sha}`,
    landedAt: whole === undefined ? row.landed_at : whole.landedAt,
    clock: whole === undefined ? "commit" : "forge",
    branches: [defaultBranch, row.landed_branch].filter((branch) => branch !== null),
    partOf: whole?.id ?? null,
    parts: [],
    partsComplete: false,
    reverts: [],
  };
}

/** Finds the changes that a SHA, whole or shortened, can mean: those of one commit. One that fits two commits names neither. */
type FindNamed = (ref: string) => string[];

function namesOf(landedShas: string[], whole: Map<string, string[]>): FindNamed {
  const known = [...new Set([...landedShas, ...whole.keys()])];
  const byKey = Map.groupBy(known, (sha) => sha.slice(0, 7));
  return (ref) => {
    const fits = (byKey.get(ref.slice(0, 7)) ?? []).filter((sha) => sha.startsWith(ref));
    const [sha] = fits;
    return sha === undefined || fits.length > 1 ? [] : (whole.get(sha) ?? [`commit ${sha}`]);
  };
}

/** Adds to each change what it says it reverts. */
function tellWhoRevertsWhat(
  statements: RevertRow[],
  changes: Map<string, Change>,
  idOfCommit: (row: { sha: string }) => string,
  findLanded: FindNamed,
): void {
  const by = Map.groupBy(statements, (row) =>
    row.reverter_kind === "commit" ? idOfCommit({ sha: row.reverter_ref }) : `pull-request ${row.reverter_ref}`,
  );
  const unlanded = statements.filter(
    (row) => row.reverter_kind === "commit" && !changes.has(idOfCommit({ sha: row.reverter_ref })),
  );
  const findUnlanded = namesOf(
    unlanded.map((row) => row.reverter_ref),
    new Map(),
  );
  const namedBy = (id: string): string[] =>
    (by.get(id) ?? []).flatMap((row) =>
      row.target_kind === "pull-request" ? [`pull-request ${row.target_ref}`] : nameCommit(row.target_ref),
    );
  const nameCommit = (ref: string): string[] => {
    const landed = findLanded(ref);
    return landed.length > 0 ? landed : findUnlanded(ref);
  };

  const squashed = new Map<string, Change>();
  for (const change of inOrderOfLanding(changes.values())) {
    change.reverts.push(...namedBy(change.id));
    // A squash commit's message may name commits of its own branch, which never landed: they came with it, and so did what they revert.
    for (const id of change.reverts) {
      if (changes.has(id) || squashed.has(id) || !id.startsWith("commit ")) continue;
      squashed.set(id, { ...change, id, partOf: change.id, parts: [], partsComplete: false, reverts: namedBy(id) });
    }
  }
  for (const [id, change] of squashed) changes.set(id, change);
  for (const change of changes.values()) {
    // What a part says is said by the part, which may be reverted by itself.
    const whole = changes.get(change.partOf ?? "");
    if (whole !== undefined) whole.reverts = whole.reverts.filter((id) => !change.reverts.includes(id));
  }
}

function inOrderOfLanding(changes: Iterable<Change>): Change[] {
  return [...changes]
    .filter((change) => change.landedAt !== null)
    .toSorted((a, b) =>
      (a.landedAt ?? "") < (b.landedAt ?? "") ? -1 : a.landedAt === b.landedAt && a.id < b.id ? -1 : 1,
    );
}

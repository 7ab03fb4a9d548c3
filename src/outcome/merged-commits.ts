import type { LandedCommit } from "../store/commits.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";

/** Which commits of a push a pull request brought. */
export type MergedCommits = {
  /** Those that stand for the pull request as a whole: a merge or squash commit, its only commit. To revert one is to revert it all. */
  whole: string[];
  /** Those that are a part of it. */
  parts: string[];
  /** True when no part is missing. */
  isComplete: boolean;
};

/**
 * Which commits of one push belong to which of the pull requests that it merged. Forges do not say; it shows from the order of the commits, from where
 * each pull request's own merge commit stands, from its head, and from how many commits it had. What does not add up is claimed for nobody.
 */
export function mergedCommits(push: LandedCommit[], pullRequests: PullRequestRow[]): Map<number, MergedCommits> {
  const commits = push.toSorted((a, b) => (b.landed_depth ?? 0) - (a.landed_depth ?? 0) || (a.sha < b.sha ? -1 : 1));
  const positions = new Map(commits.map((commit, index) => [commit.sha, index]));
  const merges = pullRequests
    .map((row) => ({ row, at: positions.get(row.merge_commit_sha ?? row.head_sha ?? "") }))
    .filter((merge): merge is { row: PullRequestRow; at: number } => merge.at !== undefined)
    .toSorted((a, b) => a.at - b.at || a.row.pr_number - b.row.pr_number);

  const isOnly = new Set(merges.map((merge) => merge.at)).size === 1;
  const isWhole = commits.length === commits[0]?.landed_with;
  const answers = new Map<number, MergedCommits>();
  for (const { row, at } of merges) {
    // Two may have been merged by one commit, the second because it stood on the first.
    const from = Math.max(-1, ...merges.map((other) => other.at).filter((other) => other < at)) + 1;
    const merged = shapeOf(
      row,
      commits.slice(from, at + 1).map((commit) => commit.sha),
      { isOnly, isWhole },
    );
    merged.whole.push(...mergeOnTop(commits.slice(at + 1), merged));
    answers.set(row.pr_number, merged);
  }
  return answers;
}

/**
 * `own` ends with the commit that the pull request was merged as, and begins behind the one before. Of a push that merged nothing else all belongs to it,
 * where the forge does not count its commits or has cut the list.
 */
function shapeOf(row: PullRequestRow, own: string[], push: { isOnly: boolean; isWhole: boolean }): MergedCommits {
  const tip = own.at(-1) ?? "";
  const before = own.slice(0, -1);
  const head = row.head_sha ?? "";
  const count = row.commits_count;
  const isUncounted = push.isOnly && (count === null || !push.isWhole);
  if (before.includes(head)) {
    // A merge commit: the branch's own commits stand under it as they were.
    const addsUp = before.length === count;
    return {
      whole: [tip],
      parts: addsUp || isUncounted ? before : [head],
      isComplete: addsUp || (isUncounted && push.isWhole),
    };
  }
  const isMovedForward = tip === head;
  const addsUp = own.length === count;
  if (own.length > 1 && (addsUp || (isMovedForward && isUncounted))) {
    // Rebased, or moved forward: the last commit is one like the others.
    return { whole: [], parts: own, isComplete: addsUp || push.isWhole };
  }
  if (isMovedForward && own.length !== (count ?? own.length)) return { whole: [], parts: [tip], isComplete: false };
  // Squashed, or a single commit; what stands before it is not its own.
  return { whole: [tip], parts: [], isComplete: false };
}

/** GitLab can put a merge commit on top of a squash commit. It names the squash; a revert may name the merge. */
function mergeOnTop(behind: LandedCommit[], merged: MergedCommits): string[] {
  const [top] = behind;
  const isMerge =
    behind.length === 1 && merged.parts.length === 0 && top?.landed_depth === 0 && top.subject.startsWith("Merge ");
  return isMerge && top !== undefined ? [top.sha] : [];
}

import { describe, expect, test } from "vitest";
import type { LandedCommit } from "../store/commits.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";
import { mergedCommits } from "./merged-commits.ts";

/** A push that lists these commits, the oldest first; more may have been left out. */
function push(names: string[], leftOut = 0): LandedCommit[] {
  return names.map((name, index) => ({
    id: index,
    sha: name,
    subject: name.startsWith("M") ? "Merge branch 'x' into 'main'" : "Change something",
    url: null,
    committed_at: "2026-01-02T00:00:00.000Z",
    landed_at: "2026-01-02T00:00:00.000Z",
    landed_by_sha: names.at(-1) ?? "",
    landed_branch: "main",
    landed_depth: names.length - 1 - index,
    landed_with: names.length + leftOut,
    reverted_at: null,
  }));
}

function pullRequest(number: number, mergeCommit: string | null, head: string, count: number | null): PullRequestRow {
  return { pr_number: number, merge_commit_sha: mergeCommit, head_sha: head, commits_count: count } as PullRequestRow;
}

const shapeOf = (commits: LandedCommit[], ...rows: PullRequestRow[]) =>
  Object.fromEntries(mergedCommits(commits.toReversed(), rows));

describe("which commits of a push are a pull request's", () => {
  test("a merge commit stands for it, the branch's commits are its parts", () => {
    expect(shapeOf(push(["a", "b", "M"]), pullRequest(7, "M", "b", 2))).toEqual({
      7: { whole: ["M"], parts: ["a", "b"], isComplete: true },
    });
  });

  test("a squash stands for it", () => {
    expect(shapeOf(push(["s"]), pullRequest(7, "s", "b", 3))).toEqual({
      7: { whole: ["s"], parts: [], isComplete: false },
    });
  });

  test("its only commit stands for it, rebased or not", () => {
    expect(shapeOf(push(["a"]), pullRequest(7, "a", "a", 1))).toEqual({
      7: { whole: ["a"], parts: [], isComplete: false },
    });
    expect(shapeOf(push(["a2"]), pullRequest(7, "a2", "a", 1))).toEqual({
      7: { whole: ["a2"], parts: [], isComplete: false },
    });
  });

  test("of several rebased commits the last is one like the others", () => {
    expect(shapeOf(push(["a2", "b2"]), pullRequest(7, "b2", "b", 2))).toEqual({
      7: { whole: [], parts: ["a2", "b2"], isComplete: true },
    });
  });

  test("so is it where the branch was only moved forward, counted or not", () => {
    expect(shapeOf(push(["a", "b"]), pullRequest(7, null, "b", null))).toEqual({
      7: { whole: [], parts: ["a", "b"], isComplete: true },
    });
    expect(shapeOf(push(["a", "b"], 3), pullRequest(7, null, "b", null))).toEqual({
      7: { whole: [], parts: ["a", "b"], isComplete: false },
    });
    expect(shapeOf(push(["b"]), pullRequest(7, null, "b", 2))).toEqual({
      7: { whole: [], parts: ["b"], isComplete: false },
    });
  });

  test("several that came together are told apart by where each was merged", () => {
    expect(
      shapeOf(push(["a", "b", "M1", "c", "M2"]), pullRequest(1, "M1", "b", 2), pullRequest(2, "M2", "c", 1)),
    ).toEqual({
      1: { whole: ["M1"], parts: ["a", "b"], isComplete: true },
      2: { whole: ["M2"], parts: ["c"], isComplete: true },
    });
  });

  test("what does not add up is nobody's, but for the head", () => {
    expect(shapeOf(push(["x", "a", "M"]), pullRequest(7, "M", "a", 1))).toEqual({
      7: { whole: ["M"], parts: ["a"], isComplete: false },
    });
    expect(shapeOf(push(["x", "s"]), pullRequest(7, "s", "b", 3))).toEqual({
      7: { whole: ["s"], parts: [], isComplete: false },
    });
  });

  test("two that one commit merged share it", () => {
    expect(shapeOf(push(["a", "b", "M"]), pullRequest(1, "M", "a", 1), pullRequest(2, "M", "b", 2))).toEqual({
      1: { whole: ["M"], parts: ["a"], isComplete: false },
      2: { whole: ["M"], parts: ["a", "b"], isComplete: true },
    });
  });

  test("a merge commit on top of a squash stands for it, too; a commit behind a merge does not", () => {
    expect(shapeOf(push(["s", "M"]), pullRequest(7, "s", "b", null))).toEqual({
      7: { whole: ["s", "M"], parts: [], isComplete: false },
    });
    expect(shapeOf(push(["s", "x"]), pullRequest(7, "s", "b", null))).toEqual({
      7: { whole: ["s"], parts: [], isComplete: false },
    });
  });

  test("one whose merge commit is not in the push has none of it", () => {
    expect(shapeOf(push(["a"]), pullRequest(7, "elsewhere", "b", 1))).toEqual({});
  });
});

import type { GitRepositories } from "./git-repositories.ts";

/** What git says about a change, for a forge that does not take its callers' word for it. */

/** A file's lines that a diff shows: the number after the change, and the one before it, null for an added line. */
export type ShownFile = { oldPath: string; hunks: Map<number, number | null>[] };

/** The whole id of a commit from it or from its first digits; null when there is none, or more than one. */
export function commitCalled(repositories: GitRepositories, slug: string, digits: string): Promise<string | null> {
  return textOrNull(repositories, slug, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${digits}^{commit}`]);
}

/** Null when the two have nothing in common. */
export function mergeBaseOf(
  repositories: GitRepositories,
  slug: string,
  base: string,
  head: string,
): Promise<string | null> {
  return textOrNull(repositories, slug, ["merge-base", base, head]);
}

/** What `head` has and `base` has not. */
export async function commitsBetween(
  repositories: GitRepositories,
  slug: string,
  base: string,
  head: string,
): Promise<string[]> {
  const text = await textOrNull(repositories, slug, ["rev-list", `${base}..${head}`]);
  return (text ?? "").split("\n").filter((line) => line !== "");
}

/** The branches that have a commit. */
export async function branchesWith(repositories: GitRepositories, slug: string, sha: string): Promise<string[]> {
  const args = ["for-each-ref", "--format=%(refname:lstrip=2)", `--contains=${sha}`, "refs/heads"];
  return ((await textOrNull(repositories, slug, args)) ?? "").split("\n").filter((line) => line !== "");
}

/** By a file's path after the change, what a diff with three lines around shows of it. */
export async function shownFiles(
  repositories: GitRepositories,
  slug: string,
  base: string,
  head: string,
): Promise<Map<string, ShownFile>> {
  const files = new Map<string, ShownFile>();
  let oldPath = "";
  let file: ShownFile | null = null;
  let [oldLine, newLine, oldLeft, newLeft] = [0, 0, 0, 0];
  for (const line of await diffLines(repositories, slug, base, head, "-U3")) {
    const hunk = hunkIn(line);
    if (oldLeft + newLeft > 0) {
      const shown = file?.hunks.at(-1);
      if (line.startsWith("+") || line.startsWith(" ")) shown?.set(newLine, line.startsWith(" ") ? oldLine : null);
      if (line.startsWith("+") || line.startsWith(" ")) [newLine, newLeft] = [newLine + 1, newLeft - 1];
      if (line.startsWith("-") || line.startsWith(" ")) [oldLine, oldLeft] = [oldLine + 1, oldLeft - 1];
    } else if (hunk !== null) {
      [oldLine, oldLeft, newLine, newLeft] = hunk;
      file?.hunks.push(new Map());
    } else if (line.startsWith("--- ")) oldPath = line.slice("--- a/".length);
    else if (line.startsWith("+++ b/")) {
      const path = line.slice("+++ b/".length);
      file = { oldPath: oldPath === "ev/null" ? path : oldPath, hunks: [] };
      files.set(path, file);
    } else if (line.startsWith("+++ ")) file = null;
  }
  return files;
}

/** Where a line is in another commit; null when it was changed or is gone. */
export async function lineIn(
  repositories: GitRepositories,
  slug: string,
  place: { path: string; line: number },
  commits: { from: string; to: string },
): Promise<{ path: string; line: number } | null> {
  if (commits.from === commits.to) return place;
  let { path, line } = place;
  let isHere = false;
  for (const text of await diffLines(repositories, slug, commits.from, commits.to, "-U0")) {
    if (text.startsWith("--- ")) isHere = text === `--- a/${place.path}`;
    else if (isHere && text.startsWith("+++ ")) {
      if (text === "+++ /dev/null") return null;
      path = text.slice("+++ b/".length);
    } else if (isHere) {
      const [oldStart, oldCount, , newCount] = hunkIn(text) ?? [Infinity, 0, 0, 0];
      if (place.line >= oldStart && place.line < oldStart + oldCount) return null;
      // Where nothing was taken away, git names the line before it.
      if (place.line > oldStart) line += newCount - oldCount;
    } else if (text === `rename from ${place.path}`) path = "";
    else if (path === "" && text.startsWith("rename to ")) path = text.slice("rename to ".length);
  }
  return { path, line };
}

/** Brings a commit of another repository, a fork, here under a ref. */
export async function bringCommit(
  repositories: GitRepositories,
  { from, to, sha, ref }: { from: string; to: string; sha: string; ref: string },
): Promise<void> {
  if (from === to) await repositories.setRef(to, ref, sha);
  else await repositories.git(to, ["fetch", "--quiet", repositories.directory(from), `+${sha}:${ref}`]);
}

/** `[oldStart, oldCount, newStart, newCount]` */
function hunkIn(line: string): [number, number, number, number] | null {
  const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
  if (found === null) return null;
  const [, oldStart, oldCount = "1", newStart, newCount = "1"] = found;
  return [Number(oldStart), Number(oldCount), Number(newStart), Number(newCount)];
}

async function diffLines(
  repositories: GitRepositories,
  slug: string,
  from: string,
  to: string,
  context: "-U3" | "-U0",
): Promise<string[]> {
  const args = [
    "-c",
    "core.quotePath=false",
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--find-renames",
    context,
    from,
    to,
  ];
  return (await repositories.git(slug, args)).toString("utf8").split("\n");
}

async function textOrNull(repositories: GitRepositories, slug: string, args: string[]): Promise<string | null> {
  try {
    return (await repositories.git(slug, args)).toString("utf8").trim();
  } catch {
    return null;
  }
}

import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { removeTree } from "../../child/remove-tree.ts";
import type { Change } from "../../domain/change.ts";
import { PullwrightError } from "../../domain/error.ts";
import { repositoryKeyOf, type RepositoryRef } from "../../domain/repository-ref.ts";
import type { ForgeChange } from "../../forges/forge.ts";
import type { Git, Mirror } from "../../git/git.ts";
import { instructionPaths } from "../../review/instructions-in.ts";
import type { ForgePlace } from "../forge-place.ts";

/** What a reviewer gets to see. Disposing of it removes the copy. */
export type FetchedChange = AsyncDisposable & {
  change: Change;
  /** The owner's words to reviewers and agents, by path; from the commit that the change stands on, never from the change. */
  instructions: Map<string, string>;
  /** A plain copy of the files after the change. */
  filesDir: string;
  /** Files that got another name since the last review; none where its head is gone from the remote. */
  renames: { from: string; to: string }[];
};

/** From where to where the change leads, and what was reviewed before. */
export type WantedChange = Pick<ForgeChange, "mergeBaseSha" | "headSha"> & { lastHeadSha: string | null };

export type FetchReviewedDeps = { git: Pick<Git, "openMirror">; workDir: string; signal: AbortSignal };

/** Beyond this the copy has the changed files and their neighbours: a reviewer reads no more than that, and somebody waits for it. */
const copyLimits = { filesMax: 5000, bytesMax: 100 * 1024 * 1024, fileBytesMax: 1024 * 1024 };

/**
 * Brings the change and the files around it here. The mirror is given back before the reviewer begins.
 *
 * @throws PullwrightError BASE_NOT_ON_REMOTE when a commit is gone by now, and what fetching throws
 */
export function fetchReviewed(
  ref: RepositoryRef,
  commits: WantedChange,
  place: ForgePlace,
  deps: FetchReviewedDeps,
): Promise<FetchedChange> {
  return place.withRemote(ref, ({ remote, looking }) =>
    looking(async () => {
      await using mirror = await deps.git.openMirror({
        repositoryKey: repositoryKeyOf(ref),
        remote,
        format: commits.headSha.length === 64 ? "sha256" : "sha1",
        signal: deps.signal,
      });
      return await fetchFrom(mirror, commits, deps);
    }),
  );
}

async function fetchFrom(
  mirror: Mirror,
  { mergeBaseSha, headSha, lastHeadSha }: WantedChange,
  { workDir }: FetchReviewedDeps,
): Promise<FetchedChange> {
  await mirror.fetchCommit({ sha: mergeBaseSha });
  await mirror.fetchCommit({ sha: headSha });
  const change = await mirror.readChange({ baseSha: mergeBaseSha, headSha });
  const renames = await renamesBetween(lastHeadSha, headSha, mirror);
  const paths = change.files.map(({ path }) => path);
  const found = await mirror.readFiles({
    commitSha: mergeBaseSha,
    paths: [...instructionPaths],
    fileBytesMax: 64 * 1024,
  });

  await using made = new AsyncDisposableStack();
  const folder = await mkdtemp(join(workDir, "review-"));
  made.defer(() => removeTree(folder));
  const filesDir = join(folder, "src");
  await mirror.exportFiles({
    commitSha: headSha,
    into: filesDir,
    files: paths,
    limits: copyLimits,
  });
  const kept = made.move();
  return {
    change,
    instructions: new Map([...found].map(([path, bytes]) => [path, bytes.toString("utf8")])),
    filesDir,
    renames,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** A head that was thrown away is often still here, or still given out. Where it is not, findings are known by their code alone. */
async function renamesBetween(
  before: string | null,
  headSha: string,
  mirror: Mirror,
): Promise<FetchedChange["renames"]> {
  if (before === null || before === headSha) return [];
  try {
    await mirror.fetchCommit({ sha: before });
    const { files } = await mirror.readChange({ baseSha: before, headSha });
    return files.flatMap(({ status, oldPath, path }) =>
      status === "renamed" && oldPath !== null ? [{ from: oldPath, to: path }] : [],
    );
  } catch (error) {
    if (error instanceof PullwrightError && error.code === "BASE_NOT_ON_REMOTE") return [];
    throw error;
  }
}

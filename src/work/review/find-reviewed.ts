import type { RepositoryRef } from "../../domain/repository-ref.ts";
import type { Forge, ForgePullRequest } from "../../forges/forge.ts";
import type { ReviewPayload } from "./review-payload.ts";

/** The pull request to review, or why there is none. `isMoved`: it has another head by now than the one that was asked for. */
export type Reviewed =
  | { kind: "found"; pullRequest: ForgePullRequest; isMoved: boolean }
  | { kind: "none"; because: string };

/**
 * Finds what is to be reviewed, now: by its number, or by a commit that belongs to it. Of several pull requests of a commit the open one, else none.
 *
 * @throws what the forge throws
 */
export async function findReviewed(
  payload: ReviewPayload,
  ref: RepositoryRef,
  { forge, signal }: { forge: Forge; signal: AbortSignal },
): Promise<Reviewed> {
  const { pr_number: number, commit_sha: sha } = payload;
  if (number !== undefined) {
    const pullRequest = await forge.getPullRequest(ref, number, { signal });
    if (pullRequest.state !== "open") return none(`${pullRequest.url} is ${pullRequest.state}.`);
    return { kind: "found", pullRequest, isMoved: sha !== undefined && !pullRequest.headSha.startsWith(sha) };
  }
  const commit = await forge.resolveCommit(ref, sha ?? "", { signal });
  if (commit === null) return none(`${ref.slug} has no commit ${sha ?? ""}.`);
  const all = await forge.pullRequestsOfCommit(ref, commit, { signal });
  const open = all.find(({ state }) => state === "open");
  if (open !== undefined) return { kind: "found", pullRequest: open, isMoved: false };
  const short = commit.slice(0, 7);
  const [first] = all;
  if (first !== undefined) return none(`${short} belongs to ${first.url}, which is ${first.state}.`);
  return none(`No pull request belongs to ${short}.`);
}

function none(because: string): Reviewed {
  return { kind: "none", because };
}

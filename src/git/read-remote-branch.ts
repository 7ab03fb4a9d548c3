import { PullwrightError } from "../domain/error.ts";
import { checkBranchNameToRead } from "./branch-name.ts";
import { networkFailure } from "./explain-failure.ts";
import { runOverNetwork, type MirrorSession } from "./mirror-session.ts";

/**
 * The commit that a branch is at, as the remote says now; null when there is no such branch.
 *
 * @throws {PullwrightError} GIT_FAILED, or what the forge's answer means (FORGE_…)
 */
export async function readRemoteBranch(session: MirrorSession, branch: string): Promise<string | null> {
  checkBranchNameToRead(branch);
  const refs = await readRemoteRefs(session, [`refs/heads/${branch}`]);
  return refs.get(`refs/heads/${branch}`) ?? null;
}

/**
 * What the remote has under these full names and patterns; as git matches, a pattern may also meet the end of a longer name.
 *
 * A page that is no answer of git's (a proxy's, a login's) looks to git like a repository without a single ref. So that "there is no such branch" is
 * never concluded from one, HEAD is asked for beside it, and if that is missing too, every branch.
 *
 * @throws {PullwrightError} FORGE_BAD_RESPONSE when there is no branch at all, GIT_FAILED, or what the forge's answer means (FORGE_…)
 */
export async function readRemoteRefs(session: MirrorSession, patterns: string[]): Promise<Map<string, string>> {
  const refs = await listRemote(session, ["HEAD", ...patterns]);
  if (refs.size > 0 || (await listRemote(session, ["refs/heads/*"])).size > 0) return refs;
  throw new PullwrightError(
    "FORGE_BAD_RESPONSE",
    "The remote shows no branch at all: it is empty, or what answered is no git.",
  );
}

async function listRemote(session: MirrorSession, patterns: string[]): Promise<Map<string, string>> {
  const said = await runOverNetwork(session, { args: ["ls-remote", "--quiet", "--", session.remote.url, ...patterns] });
  if (said.code !== 0) {
    throw networkFailure("Reading the remote's branches", said, "GIT_FAILED", session.surroundings.redact);
  }
  const lines = said.stdout.toString("utf8").split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [sha, ref] = line.split("\t");
      return sha === undefined || ref === undefined ? [] : [[ref, sha] as const];
    }),
  );
}

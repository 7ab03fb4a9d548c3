import { createHash } from "node:crypto";
import { PullwrightError } from "../domain/error.ts";
import { checkBranchNameToRead } from "./branch-name.ts";
import { networkFailure } from "./explain-failure.ts";
import { runInMirror, runOverNetwork, runWellInMirror, type MirrorSession } from "./mirror-session.ts";
import { isObjectId } from "./object-id.ts";
import { readRemoteRefs } from "./read-remote-branch.ts";

/** A commit by its id, or the one that a branch is at now. */
export type WantedCommit = { sha: string } | { branch: string };

/**
 * Brings a commit and its trees into the mirror, without its files and without its history, and says its id. What is there already is not fetched
 * again; a branch is asked for each time. A second call changes nothing.
 *
 * @throws {PullwrightError} BASE_NOT_ON_REMOTE when the remote has no such commit or branch, HOSTILE_OBJECT, CLONE_FAILED, or what the forge's
 * answer means (FORGE_…)
 */
export async function fetchCommit(session: MirrorSession, wanted: WantedCommit): Promise<{ sha: string }> {
  const { source, ref, what } = "sha" in wanted ? bySha(wanted.sha) : byBranch(wanted.branch);
  if ("sha" in wanted && (await isFetched(session, wanted.sha))) return { sha: wanted.sha };

  session.reach("fetch.before");
  const said = await runOverNetwork(session, {
    args: [
      "fetch",
      "--quiet",
      "--depth=1",
      "--filter=blob:none",
      "--no-tags",
      "--no-recurse-submodules",
      "--no-auto-maintenance",
      "--no-write-fetch-head",
      "--",
      session.remote.url,
      `+${source}:${ref}`,
    ],
    settings: fromPartialClone(session),
  });
  if (said.code !== 0) {
    const failure = networkFailure(`Fetching ${what}`, said, "CLONE_FAILED", session.surroundings.redact);
    // Is it git that says so? Throws when it is not.
    if (failure.code === "BASE_NOT_ON_REMOTE") await readRemoteRefs(session, []);
    throw failure;
  }
  session.reach("fetch.after");

  const tip = await runWellInMirror(session, {
    args: ["rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`],
  });
  const sha = tip.toString("latin1").trim();
  if (!isObjectId(sha) || ("sha" in wanted && sha !== wanted.sha)) {
    throw new PullwrightError("CLONE_FAILED", `The remote gave another commit than ${what}.`);
  }
  return { sha };
}

/**
 * That files are missing is expected of this remote. Only of what is fetched: a push that knew it would ask for the old files, to send the new ones as
 * differences from them.
 */
export function fromPartialClone({ remote }: MirrorSession): [string, string][] {
  return [
    [`remote.${remote.url}.promisor`, "true"],
    [`remote.${remote.url}.partialCloneFilter`, "blob:none"],
  ];
}

/** Whether this commit came from the remote before. One that we built ourselves does not count. */
async function isFetched(session: MirrorSession, sha: string): Promise<boolean> {
  const said = await runInMirror(session, {
    args: ["for-each-ref", "--count=1", `--points-at=${sha}`, "--format=%(objectname)", "refs/pw/"],
  });
  return said.code === 0 && said.stdout.toString("latin1").trim() === sha;
}

function bySha(sha: string): { source: string; ref: string; what: string } {
  if (!isObjectId(sha)) throw new PullwrightError("BASE_NOT_ON_REMOTE", "A commit is named by its whole id.");
  return { source: sha, ref: `refs/pw/commit/${sha}`, what: `commit ${sha}` };
}

/** Kept under the hash of its name: `a` and `a/b` may follow one another at the remote, and may not both be here. */
function byBranch(branch: string): { source: string; ref: string; what: string } {
  checkBranchNameToRead(branch);
  const name = createHash("sha256").update(branch).digest("hex").slice(0, 32);
  return {
    source: `refs/heads/${branch}`,
    ref: `refs/pw/branch/${name}`,
    what: `the branch ${JSON.stringify(branch)}`,
  };
}

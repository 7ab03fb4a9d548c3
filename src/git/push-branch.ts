import { PullwrightError } from "../domain/error.ts";
import { checkBranchName } from "./branch-name.ts";
import { networkFailure } from "./explain-failure.ts";
import { runInMirror, runOverNetwork, type MirrorSession } from "./mirror-session.ts";
import { isObjectId } from "./object-id.ts";
import { outsideWords } from "./outside-words.ts";
import { readPushReport } from "./push-report.ts";
import { readRemoteRefs } from "./read-remote-branch.ts";

export type PushRequest = {
  branch: string;
  commitSha: string;
  /** Null: the branch must not exist. A commit: the branch must be at it, and the new commit must stand on it. */
  expected: string | null;
  /** The branch that the work goes to; ours must not be it. */
  base: string;
};

export type PushOutcome =
  | { kind: "created" | "updated" | "up-to-date" }
  | { kind: "rejected"; code: "BRANCH_EXISTS" | "BRANCH_CONFLICT" | "PUSH_REJECTED"; because: string };

/**
 * Puts a branch of ours at a commit, only if it is where it is expected to be; never over a commit that is not ours. When the fate of the push is unknown
 * it throws an error that may be tried again: the same push repeated answers truthfully, because the same commit at the same branch is "up to date".
 *
 * @throws {PullwrightError} GIT_TIMED_OUT, GIT_FAILED, BRANCH_NAME_INVALID, or what the forge's answer means (FORGE_…)
 */
export async function pushBranch(session: MirrorSession, request: PushRequest): Promise<PushOutcome> {
  const { branch, commitSha, expected, base } = request;
  checkBranchName(branch, { base });
  if (!isObjectId(commitSha) || (expected !== null && !isObjectId(expected))) {
    throw new PullwrightError("GIT_FAILED", "A commit is named by its whole id.");
  }
  if (expected !== null && !(await standsOn(session, commitSha, expected))) {
    return { kind: "rejected", code: "PUSH_REJECTED", because: `${commitSha} does not stand on ${expected}.` };
  }

  session.reach("push.before");
  const ref = `refs/heads/${branch}`;
  const said = await runOverNetwork(session, {
    args: [
      "push",
      "--porcelain",
      "--no-verify",
      "--no-follow-tags",
      "--no-signed",
      "--recurse-submodules=no",
      `--force-with-lease=${ref}:${expected ?? ""}`,
      "--",
      session.remote.url,
      `${commitSha}:${ref}`,
    ],
    // Without it git would send, and here lack, whatever lies between our base and the tips that the remote shows.
    settings: [["push.negotiate", "true"]],
  });
  session.reach("push.after");

  const line = readPushReport(said.stdout, ref);
  switch (line?.flag ?? "none") {
    case "*":
      return { kind: "created" };
    case " ":
    case "+":
      return { kind: "updated" };
    case "=":
      return { kind: "up-to-date" };
    case "!":
      return rejected(session, request, line?.summary ?? "", said.stderr);
    case "none":
      throw networkFailure(`The push of ${branch}`, said, "GIT_FAILED", session.surroundings.redact);
  }
}

/** Both commits are in the mirror, whose history ends at what was fetched; that is all that is needed to see that one stands on the other. */
async function standsOn(session: MirrorSession, commitSha: string, expected: string): Promise<boolean> {
  const said = await runInMirror(session, { args: ["merge-base", "--is-ancestor", expected, commitSha] });
  return said.code === 0;
}

/**
 * What a refusal means is read at the remote, not in its words: a push whose answer was lost is sent again by the transport itself, and is then refused
 * because it was done.
 */
async function rejected(
  session: MirrorSession,
  { branch, commitSha, expected }: PushRequest,
  summary: string,
  stderr: string,
): Promise<PushOutcome> {
  const parts = branch.split("/");
  const above = parts.slice(1).map((_, index) => `refs/heads/${parts.slice(0, index + 1).join("/")}`);
  const below = `refs/heads/${branch}/`;
  const refs = await readRemoteRefs(session, [`refs/heads/${branch}`, ...above, `${below}*`]);

  const tip = refs.get(`refs/heads/${branch}`) ?? null;
  if (tip === commitSha) return { kind: "up-to-date" };
  if (tip !== expected) {
    const because = tip === null ? "is gone from the remote" : `is at the remote already, at ${tip}, which is not ours`;
    return { kind: "rejected", code: "BRANCH_EXISTS", because: `The branch ${branch} ${because}.` };
  }
  // A branch whose name is a folder in the other's name, or the reverse: a remote cannot have both.
  const inTheWay = [...refs.keys()].find((ref) => above.includes(ref) || ref.startsWith(below));
  if (inTheWay !== undefined) {
    const because = `The branch ${inTheWay.slice("refs/heads/".length)} stands in the way of ${branch}.`;
    return { kind: "rejected", code: "BRANCH_CONFLICT", because };
  }
  const words = outsideWords(`${summary}\n${remoteLines(stderr)}`, session.surroundings.redact);
  if (undecided.test(summary))
    throw new PullwrightError("GIT_FAILED", `The push of ${branch} was broken off: ${words}`);
  return { kind: "rejected", code: "PUSH_REJECTED", because: words };
}

/** Neither done nor forbidden: the branch moved to and fro, the pack did not arrive whole, or the remote did not say. */
const undecided =
  /stale info|\((unpacker error|remote failed to report status|remote failure|failed to update ref|incorrect old value provided)\)/;

function remoteLines(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => line.startsWith("remote:"))
    .join("\n");
}

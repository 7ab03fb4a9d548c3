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
  protectedPatterns?: string[];
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
  const { branch, commitSha, expected, base, protectedPatterns } = request;
  checkBranchName(branch, { base, ...(protectedPatterns === undefined ? {} : { protectedPatterns }) });
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
  switch (line?.flag) {
    case "*":
      return { kind: "created" };
    case " ":
    case "+":
      return { kind: "updated" };
    case "=":
      return { kind: "up-to-date" };
    case "!":
      return rejected(session, request, line.summary, said.stderr);
    default:
      throw networkFailure(`The push of ${branch}`, said, "GIT_FAILED", session.surroundings.redact);
  }
}

/** Both commits are in the mirror, whose history ends at what was fetched; that is all that is needed to see that one stands on the other. */
async function standsOn(session: MirrorSession, commitSha: string, expected: string): Promise<boolean> {
  const said = await runInMirror(session, { args: ["merge-base", "--is-ancestor", expected, commitSha] });
  return said.code === 0;
}

async function rejected(
  session: MirrorSession,
  { branch }: PushRequest,
  summary: string,
  stderr: string,
): Promise<PushOutcome> {
  const { redact } = session.surroundings;
  if (summary.startsWith("[rejected]")) {
    const because = `The branch ${branch} is at the remote with commits that are not ours ${outsideWords(summary, redact)}.`;
    return { kind: "rejected", code: "BRANCH_EXISTS", because };
  }
  if (undecided.test(summary)) {
    throw new PullwrightError(
      "GIT_FAILED",
      `The push of ${branch} was broken off: ${outsideWords(`${summary}\n${stderr}`, redact)}`,
    );
  }
  const inTheWay = await branchInTheWay(session, branch);
  if (inTheWay !== null) {
    return {
      kind: "rejected",
      code: "BRANCH_CONFLICT",
      because: `The branch ${inTheWay} stands in the way of ${branch}.`,
    };
  }
  return {
    kind: "rejected",
    code: "PUSH_REJECTED",
    because: outsideWords(`${summary}\n${remoteLines(stderr)}`, redact),
  };
}

/** Neither done nor forbidden: the pack did not arrive whole, or the remote did not say. */
const undecided =
  /\((unpacker error|remote failed to report status|remote failure|unable to write|failed to update ref due to lock)\)/;

/** A name that is a folder in the other's name, or the reverse: the remote cannot have both. */
async function branchInTheWay(session: MirrorSession, branch: string): Promise<string | null> {
  const parts = branch.split("/");
  const above = parts.slice(1).map((_, index) => `refs/heads/${parts.slice(0, index + 1).join("/")}`);
  const refs = await readRemoteRefs(session, [...above, `refs/heads/${branch}/*`]);
  const found = [...refs.keys()].find((ref) => above.includes(ref) || ref.startsWith(`refs/heads/${branch}/`));
  return found?.slice("refs/heads/".length) ?? null;
}

function remoteLines(stderr: string): string {
  return stderr
    .split(/[\r\n]+/)
    .filter((line) => line.startsWith("remote:"))
    .join("\n");
}

import { createHash } from "node:crypto";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { Change } from "../domain/change.ts";
import { PullwrightError } from "../domain/error.ts";
import { buildCommit, type BuiltCommit, type CommitRequest } from "./build-commit.ts";
import type { Person } from "./commit-text.ts";
import { type ExportedFiles, exportFiles, type ExportRequest } from "./export-files.ts";
import { fetchCommit, type WantedCommit } from "./fetch-commit.ts";
import { makeJobFolder } from "./job-folder.ts";
import { mirrorDirectoryName, prepareMirror, putAside, whyUnusable } from "./mirror-files.ts";
import { takeMirrorLock } from "./mirror-lock.ts";
import { runInMirror, type MirrorSession } from "./mirror-session.ts";
import type { NetworkTurns } from "./network-turns.ts";
import { isNoRoom } from "./no-room.ts";
import { isObjectId, type ObjectFormat } from "./object-id.ts";
import { pushBranch, type PushOutcome, type PushRequest } from "./push-branch.ts";
import { readChange } from "./read-change.ts";
import { type FilesWanted, readFiles } from "./read-files.ts";
import { readRemoteBranch } from "./read-remote-branch.ts";
import { placeOfRemote, type Remote } from "./remote.ts";
import type { GitSurroundings } from "./run-git.ts";

/**
 * One repository, held by this job alone until it is disposed of: what was fetched stays there for the next job, what was built stays until it is pushed.
 */
export type Mirror = AsyncDisposable & {
  fetchCommit: (wanted: WantedCommit) => Promise<{ sha: string }>;
  /** Whether the commit is here, fetched or built. */
  hasCommit: (sha: string) => Promise<boolean>;
  buildCommit: (request: CommitRequest) => Promise<BuiltCommit>;
  pushBranch: (request: PushRequest) => Promise<PushOutcome>;
  readRemoteBranch: (branch: string) => Promise<string | null>;
  readChange: (commits: { baseSha: string; headSha: string }) => Promise<Change>;
  exportFiles: (request: ExportRequest) => Promise<ExportedFiles>;
  readFiles: (wanted: FilesWanted) => Promise<Map<string, Buffer>>;
};

export type MirrorRequest = {
  /** `repositoryKeyOf(…)`: one mirror for each. */
  repositoryKey: string;
  remote: Remote;
  /** By which hash the repository names its commits; nearly all use SHA-1. */
  format?: ObjectFormat;
  signal?: AbortSignal;
};

type Deps = {
  mirrorsDir: string;
  workDir: string;
  allowLoopbackHttp: boolean;
  lockWaitMs: number;
  sshPath: string;
  author: Person;
  surroundings: Omit<GitSurroundings, "temporaryDir" | "signal">;
  turns: NetworkTurns;
  clock: Clock;
  reach: (step: string) => void;
};

/**
 * Opens the mirror of a repository for one job, and makes it if there is none. Waits while another job, of this process or another, holds it.
 *
 * @throws {PullwrightError} REPOSITORY_URL_INVALID, SECRET_MALFORMED, GIT_TIMED_OUT, GIT_FAILED, STORE_FULL
 */
export async function openMirror(request: MirrorRequest, deps: Deps): Promise<Mirror> {
  const { repositoryKey, remote, signal } = request;
  const format = request.format ?? "sha1";
  const remotePlace = placeOfRemote(remote, deps.allowLoopbackHttp);
  const name = mirrorDirectoryName(repositoryKey);
  const gitDir = join(deps.mirrorsDir, name);

  await using held = new AsyncDisposableStack();
  const lockDirectory = join(deps.mirrorsDir, `${name.slice(0, -".git".length)}.lock`);
  held.use(await takeMirrorLock(lockDirectory, { waitMs: deps.lockWaitMs, signal, clock: deps.clock }));
  const temporaryDir = await makeJobFolder(deps.workDir);
  held.defer(() => rm(temporaryDir, { recursive: true, force: true, maxRetries: 3 }));
  const surroundings = { ...deps.surroundings, temporaryDir, signal };
  /** Where there was no room, the mirror gives back what it has: all of it is at the remote, or is made again. */
  const orMakeRoom = async <Value>(doing: Promise<Value>): Promise<Value> => {
    try {
      return await doing;
    } catch (error) {
      if (isNoRoom(error) || (error instanceof PullwrightError && error.code === "STORE_FULL")) await putAside(gitDir);
      throw error;
    }
  };
  await orMakeRoom(prepareMirror(gitDir, format, surroundings));

  const session: MirrorSession = {
    gitDir,
    format,
    remote,
    remotePlace,
    surroundings,
    askpassPath: await writeAskpass(remote, temporaryDir),
    sshPath: deps.sshPath,
    turns: deps.turns,
    credentialKey: credentialKey(remote),
    check: async () => {
      const why = await whyUnusable(gitDir, format);
      if (why !== null) throw new PullwrightError("GIT_FAILED", `The mirror cannot be trusted any more: ${why}.`);
    },
    reach: deps.reach,
  };
  const release = held.move();
  return {
    fetchCommit: (wanted) => orMakeRoom(fetchCommit(session, wanted)),
    hasCommit: (sha) => hasCommit(session, sha),
    buildCommit: (commit) => orMakeRoom(buildCommit(session, commit, deps.author)),
    pushBranch: (push) => orMakeRoom(pushBranch(session, push)),
    readRemoteBranch: (branch) => readRemoteBranch(session, branch),
    readChange: (commits) => readChange(session, commits),
    exportFiles: (wanted) => exportFiles(session, wanted),
    readFiles: (wanted) => readFiles(session, wanted),
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}

async function hasCommit(session: MirrorSession, sha: string): Promise<boolean> {
  if (!isObjectId(sha)) return false;
  const said = await runInMirror(session, { args: ["cat-file", "-e", `${sha}^{commit}`] });
  return said.code === 0;
}

/** The script holds no secret: it repeats what the one process that may know it was given. */
async function writeAskpass({ auth }: Remote, directory: string): Promise<string | null> {
  if (auth.kind !== "basic" || auth.via !== "askpass") return null;
  const path = join(directory, "askpass");
  await writeFile(path, askpassScript, { mode: 0o500 });
  await chmod(path, 0o500);
  return path;
}

const askpassScript = `#!/bin/sh
case "$1" in
  Username*) printf '%s\\n' "$PULLWRIGHT_GIT_USER" ;;
  *) printf '%s\\n' "$PULLWRIGHT_GIT_PASS" ;;
esac
`;

function credentialKey({ url, auth }: Remote): string {
  const secret = auth.kind === "basic" ? auth.token : auth.kind === "ssh" ? auth.keyPath : new URL(url).host;
  return createHash("sha256").update(`${auth.kind} ${secret}`).digest("hex");
}

import { access, chmod, constants, mkdir } from "node:fs/promises";
import type { Clock } from "../domain/clock.ts";
import { PullwrightError } from "../domain/error.ts";
import type { Person } from "./commit-text.ts";
import { openMirror, type Mirror, type MirrorRequest } from "./mirror.ts";
import { createNetworkTurns } from "./network-turns.ts";

export type { BuiltCommit, CommitRequest } from "./build-commit.ts";
export type { Person } from "./commit-text.ts";
export type { WantedCommit } from "./fetch-commit.ts";
export { shownPath, type FileChange } from "./file-change.ts";
export type { Mirror, MirrorRequest } from "./mirror.ts";
export type { PushOutcome, PushRequest } from "./push-branch.ts";
export type { Remote, RemoteAuth } from "./remote.ts";

export type GitOptions = {
  /** Absolute; without it the usual places are looked at. */
  gitPath?: string;
  /** An empty directory of ours, in which git finds no settings of anybody. */
  homeDir: string;
  mirrorsDir: string;
  /** For what lives no longer than a job. */
  workDir: string;
  /** Certificates of a private authority, in PEM, instead of the system's. */
  caFile?: string;
  /** `http://host:port`, for networks that let nothing else out. */
  proxy?: string;
  /** Whether a remote on this machine may be reached without TLS. */
  allowLoopbackHttp: boolean;
  author: Person;
  localTimeoutMs?: number;
  networkTimeoutMs?: number;
  /** Between asking git to end and killing it. */
  graceMs?: number;
  /** How long a job waits for another process that holds the repository's mirror. */
  lockWaitMs?: number;
};

export type GitDeps = {
  /** Called at named points of what has an effect: `fetch.before`, `push.after`, …; a crash test ends the process there. */
  reach: (step: string) => void;
  redact: (text: string) => string;
  clock: Clock;
};

export type Git = {
  openMirror: (request: MirrorRequest) => Promise<Mirror>;
};

/** Everything that Pullwright does with git. Holds no process and no file open between calls. */
export function createGit(options: GitOptions, deps: GitDeps): Git {
  const turns = createNetworkTurns(2);
  let ready: Promise<string> | null = null;

  return {
    openMirror: async (request) =>
      openMirror(request, {
        mirrorsDir: options.mirrorsDir,
        workDir: options.workDir,
        allowLoopbackHttp: options.allowLoopbackHttp,
        lockWaitMs: options.lockWaitMs ?? 120_000,
        author: options.author,
        surroundings: await surroundings(),
        turns,
        clock: deps.clock,
        reach: deps.reach,
      }),
  };

  async function surroundings() {
    ready ??= prepare(options).catch((error: unknown) => {
      ready = null;
      throw error;
    });
    return {
      gitPath: await ready,
      homeDir: options.homeDir,
      caFile: options.caFile ?? null,
      proxy: options.proxy ?? null,
      localTimeoutMs: options.localTimeoutMs ?? 60_000,
      networkTimeoutMs: options.networkTimeoutMs ?? 300_000,
      graceMs: options.graceMs ?? 5000,
      redact: deps.redact,
    };
  }
}

/** Makes the directories and finds git. */
async function prepare({ homeDir, mirrorsDir, workDir, gitPath }: GitOptions): Promise<string> {
  for (const directory of [homeDir, mirrorsDir, workDir]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
  }
  const places = gitPath === undefined ? usualPlaces : [gitPath];
  for (const path of places) {
    if (await isExecutable(path)) return path;
  }
  throw new PullwrightError("GIT_UNAVAILABLE", `There is no git at ${places.join(", ")}.`);
}

const usualPlaces = ["/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git", "/opt/local/bin/git"];

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

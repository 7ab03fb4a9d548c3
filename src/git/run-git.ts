import { PullwrightError } from "../domain/error.ts";
import type { ChildLimits } from "../child/child-limits.ts";
import { runChild } from "../child/run-child.ts";
import { gitEnvironment, type GitNetwork, type GitPlace } from "./git-environment.ts";
import { saysNoRoom } from "./no-room.ts";
import { outsideWords } from "./outside-words.ts";

/** What every git command of one job stands on. */
export type GitSurroundings = {
  gitPath: string;
  homeDir: string;
  /** Of this job alone, removed with it. */
  temporaryDir: string;
  caFile: string | null;
  proxy: string | null;
  localTimeoutMs: number;
  networkTimeoutMs: number;
  graceMs: number;
  redact: (text: string) => string;
  signal: AbortSignal | undefined;
};

export type GitCommand = {
  args: string[];
  place: GitPlace;
  network?: GitNetwork;
  /** The job's temporary directory unless told otherwise. */
  cwd?: string;
  /** Settings for this command, over the fixed ones. */
  settings?: [string, string][];
  stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  /** 8 MiB unless told; a git that writes more is ended. */
  stdoutBytesMax?: number;
  /** Whether what it wrote until then is of use all the same. */
  mayBeCut?: boolean;
};

/** `isCut`: it had more to say and was ended; then its code means nothing. */
export type GitSaid = { code: number; stdout: Buffer; stderr: string; isCut: boolean };

/**
 * Runs git once, in the exact environment of git-environment.ts, and says how it ended. Whether a code other than 0 is a failure is for the caller.
 *
 * @throws {PullwrightError} GIT_UNAVAILABLE, GIT_TIMED_OUT, or GIT_FAILED when it wrote too much; the signal's reason when it was aborted
 */
export async function runGit(command: GitCommand, surroundings: GitSurroundings): Promise<GitSaid> {
  const { signal } = surroundings;
  const timeoutMs = command.network === undefined ? surroundings.localTimeoutMs : surroundings.networkTimeoutMs;
  const result = await runChild({
    file: surroundings.gitPath,
    args: command.args,
    env: gitEnvironment(command.place, surroundings, command.network ?? null, command.settings ?? []),
    cwd: command.cwd ?? surroundings.temporaryDir,
    ...(command.stdin === undefined ? {} : { stdin: command.stdin }),
    stdout: { keep: "all", bytesMax: command.stdoutBytesMax ?? 8 * 1024 * 1024 },
    stderr: { keep: "head-and-tail", bytesMax: 64 * 1024 },
    timeoutMs,
    graceMs: surroundings.graceMs,
    signal,
    limits: gitLimits,
    niceness: 5,
  });
  const what = `git ${command.args[0]}`;
  switch (result.kind) {
    case "exited":
      return { code: result.code, stdout: result.stdout, stderr: result.stderr, isCut: false };
    case "timed-out":
      throw new PullwrightError("GIT_TIMED_OUT", `${what} ran longer than ${Math.round(timeoutMs / 1000)} seconds.`);
    case "aborted":
      signal?.throwIfAborted();
      throw new PullwrightError("GIT_FAILED", `${what} was ended from outside.`);
    case "too-much-output":
      if (command.mayBeCut === true) return { code: 0, stdout: result.stdout, stderr: result.stderr, isCut: true };
      throw new PullwrightError("GIT_FAILED", `${what} wrote more than it can have to say.`);
    case "could-not-start":
      throw new PullwrightError("GIT_UNAVAILABLE", `${surroundings.gitPath} cannot be started.`, {
        cause: result.cause,
      });
  }
}

/** The failure of a local command, with git's own words: GIT_FAILED, or STORE_FULL where there was no room to write. */
export function gitFailed(args: string[], said: GitSaid, redact: (text: string) => string): PullwrightError {
  const words = outsideWords(said.stderr, redact);
  const code = saysNoRoom(said.stderr) ? "STORE_FULL" : "GIT_FAILED";
  return new PullwrightError(code, `git ${args[0]} ended with ${said.code}: ${words}`);
}

const gitLimits: ChildLimits = { fileBytesMax: 2 * 1024 ** 3, openFilesMax: 256, coreBytesMax: 0 };

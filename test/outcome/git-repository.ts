import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WrittenCommit } from "./github-words.ts";

const run = promisify(execFile);

/** A real repository with a branch `main`, whose commits are made by git itself, so that their messages are what git writes. */
export type GitRepository = {
  git: (...args: string[]) => Promise<string>;
  /** Writes a file of its own and commits it. */
  commit: (subject: string) => Promise<void>;
  head: () => Promise<string>;
  /** The commits that a push from one commit to another brings, from the oldest to the newest, as forges list them. */
  pushed: (before: string, after: string) => Promise<WrittenCommit[]>;
  setTime: (iso: string) => void;
} & AsyncDisposable;

export async function makeGitRepository(): Promise<GitRepository> {
  const folder = await mkdtemp(join(tmpdir(), "pullwright-git-"));
  let time = "2026-01-02T00:00:00Z";
  let files = 0;
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run("git", args, { cwd: folder, env: environment(folder, time) });
    return stdout.trim();
  };
  await git("init", "--quiet", "--initial-branch=main");
  return {
    git,
    commit: async (subject) => {
      files += 1;
      await writeFile(join(folder, `file-${files}.txt`), `${subject}\n`);
      await git("add", "--all");
      await git("commit", "--quiet", "-m", subject);
    },
    head: () => git("rev-parse", "HEAD"),
    pushed: async (before, after) => {
      const range = before.startsWith("0000") ? after : `${before}..${after}`;
      const log = await git("log", "--reverse", "--topo-order", "--format=%H%x00%cI%x00%B%x01", range);
      const records = log.split("\u0001").map((record) => record.trimStart().split("\0"));
      return records.flatMap(([sha = "", committedAt = "", message = ""]) =>
        sha === "" ? [] : [{ sha, committedAt, message }],
      );
    },
    setTime: (iso) => (time = iso),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Nothing of the machine's own configuration, and a clock that the test sets. */
function environment(home: string, time: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: "true",
    GIT_AUTHOR_NAME: "Ann",
    GIT_AUTHOR_EMAIL: "ann@example.org",
    GIT_AUTHOR_DATE: time,
    GIT_COMMITTER_NAME: "Ann",
    GIT_COMMITTER_EMAIL: "ann@example.org",
    GIT_COMMITTER_DATE: time,
  };
}

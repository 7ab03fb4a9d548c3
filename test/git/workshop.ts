import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChild } from "../../src/child/run-child.ts";
import { createGit, type Git, type GitOptions, type Remote } from "../../src/git/git.ts";
import { startGitServer, type GitServer } from "../fakes/git-server/git-server.ts";

/** Recognisable wherever it should not be. */
export const goodToken = "canary_8Jq2vTz0Rk5Wm1Xy7Lp3";

/** A forge's git, our own git against it, and room for checkouts; all of it gone afterwards. */
export type Workshop = AsyncDisposable & {
  server: GitServer;
  git: Git;
  /** Another one on the same directories, as another process would have. */
  createGit: (options?: Partial<GitOptions>, deps?: { reach?: (step: string) => void }) => Git;
  remote: (slug: string, token?: string) => Remote;
  /** The request for the mirror of a repository. */
  mirrorOf: (slug: string, token?: string) => { repositoryKey: string; remote: Remote };
  directory: string;
  mirrorsDir: string;
  /** An empty folder for a checkout. */
  folder: (name: string) => Promise<string>;
  /** The git of whoever works in a checkout, with their own way of doing things. */
  theirGit: (
    cwd: string,
    args: string[],
    options?: { stdin?: string; env?: Record<string, string> },
  ) => Promise<string>;
};

export async function openWorkshop(): Promise<Workshop> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "pullwright-git-")));
  const server = await startGitServer();
  server.tokens.grant({ token: goodToken, user: "bot", access: "write" });
  const mirrorsDir = join(directory, "mirrors");
  const create: Workshop["createGit"] = (options = {}, deps = {}) =>
    createGit(
      {
        homeDir: join(directory, "home"),
        mirrorsDir,
        workDir: join(directory, "work"),
        caFile: server.caFile,
        allowLoopbackHttp: false,
        author: { name: "pullwright", email: "pullwright@example.com" },
        graceMs: 500,
        ...options,
      },
      {
        reach: deps.reach ?? (() => undefined),
        redact: (text) => text.replaceAll(goodToken, "***").replaceAll(encoded(goodToken), "***"),
        clock: () => new Date(),
      },
    );
  const theirHome = join(directory, "their-home");
  await mkdir(theirHome);
  const remote = (slug: string, token = goodToken): Remote => ({
    url: server.url(slug),
    auth: { kind: "basic", user: "x-access-token", token, via: "header" },
  });

  return {
    server,
    git: create(),
    createGit: create,
    remote,
    mirrorOf: (slug, token) => ({ repositoryKey: `github:127.0.0.1/${slug}`, remote: remote(slug, token) }),
    directory,
    mirrorsDir,
    folder: async (name) => {
      const path = join(directory, "checkouts", name);
      await mkdir(path, { recursive: true });
      return path;
    },
    theirGit: async (cwd, args, { stdin, env = {} } = {}) => {
      const result = await runChild({
        file: "/usr/bin/git",
        args,
        cwd,
        env: {
          PATH: "/usr/bin:/bin",
          HOME: theirHome,
          LANG: "C.UTF-8",
          GIT_CONFIG_NOSYSTEM: "1",
          GIT_AUTHOR_NAME: "Agent",
          GIT_AUTHOR_EMAIL: "agent@example.com",
          GIT_COMMITTER_NAME: "Agent",
          GIT_COMMITTER_EMAIL: "agent@example.com",
          GIT_SSL_CAINFO: server.caFile,
          ...env,
        },
        ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
        stdout: { keep: "all", bytesMax: 64 * 1024 * 1024 },
        timeoutMs: 60_000,
      });
      if (result.kind !== "exited" || result.code !== 0) {
        throw new Error(`git ${args.join(" ")}: ${result.kind} ${result.stderr}`);
      }
      return result.stdout.toString("utf8");
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** As a header carries it. */
export function encoded(token: string): string {
  return Buffer.from(`x-access-token:${token}`).toString("base64");
}

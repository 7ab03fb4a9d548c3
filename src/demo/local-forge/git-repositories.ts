import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runChild } from "../../child/run-child.ts";

export type FileTree = Record<string, string | Buffer | { mode: "100755" | "120000"; content: string | Buffer }>;

export type NewCommit = {
  branch: string;
  message: string;
  /** A commit or `refs/heads/…`: where a new branch begins; without it, at nothing. */
  from?: string;
  /** Added or replaced; everything else stays. */
  files?: FileTree;
  removed?: string[];
  author?: { name: string; email: string };
  /** Seconds since 1970. */
  at?: number;
};

export type NewRepository = { defaultBranch?: string; objectFormat?: "sha1" | "sha256" };

/** Bare repositories in a folder, as a forge keeps them; and what is in them, for whoever wants the truth. */
export type GitRepositories = {
  create: (slug: string, options?: NewRepository) => Promise<void>;
  /** Adds commits on branches, one after the other, at the speed of `git fast-import`; says the ids of the branches after it. */
  commit: (slug: string, commits: NewCommit[]) => Promise<Map<string, string>>;
  /** Every ref and where it is. */
  refs: (slug: string) => Promise<Map<string, string>>;
  setRef: (slug: string, ref: string, sha: string | null) => Promise<void>;
  show: (slug: string, sha: string, path: string) => Promise<Buffer>;
  /** git in the repository, for what is not foreseen here. */
  git: (slug: string, args: string[], stdin?: Buffer) => Promise<Buffer>;
  directory: (slug: string) => string;
};

type Options = { rootDir: string; homeDir: string; gitPath?: string };

export function createGitRepositories({ rootDir, homeDir, gitPath = "/usr/bin/git" }: Options): GitRepositories {
  const directory = (slug: string) => join(rootDir, `${slug}.git`);
  return {
    directory,
    create: async (slug, { defaultBranch = "main", objectFormat = "sha1" } = {}) => {
      await mkdir(dirname(directory(slug)), { recursive: true });
      const args = ["--bare", "--template=", `--initial-branch=${defaultBranch}`, `--object-format=${objectFormat}`];
      await run(rootDir, ["init", "--quiet", ...args, directory(slug)]);
      await writeFile(join(directory(slug), "config"), serverConfig(objectFormat));
    },
    commit: async (slug, commits) => {
      const begun = new Set((await branchesOf(slug)).keys());
      const stdin = Buffer.concat(commits.flatMap((commit, index) => importStream(commit, index, begun)));
      await run(directory(slug), ["fast-import", "--quiet", "--date-format=raw"], stdin);
      return branchesOf(slug);
    },
    refs: (slug) => refsOf(slug),
    setRef: async (slug, ref, sha) => {
      await run(directory(slug), sha === null ? ["update-ref", "-d", ref] : ["update-ref", ref, sha]);
    },
    show: (slug, sha, path) => run(directory(slug), ["cat-file", "blob", `${sha}:${path}`]),
    git: (slug, args, stdin) => run(directory(slug), args, stdin),
  };

  async function refsOf(slug: string): Promise<Map<string, string>> {
    const lines = (await run(directory(slug), ["for-each-ref", "--format=%(refname) %(objectname)"])).toString("utf8");
    return new Map(
      lines
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split(" ") as [string, string]),
    );
  }

  async function branchesOf(slug: string): Promise<Map<string, string>> {
    const refs = [...(await refsOf(slug))].filter(([ref]) => ref.startsWith("refs/heads/"));
    return new Map(refs.map(([ref, sha]) => [ref.slice("refs/heads/".length), sha]));
  }

  async function run(cwd: string, args: string[], stdin?: Buffer): Promise<Buffer> {
    const result = await runChild({
      file: gitPath,
      args,
      cwd,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: homeDir,
        LANG: "C.UTF-8",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_AUTHOR_NAME: "Somebody",
        GIT_AUTHOR_EMAIL: "somebody@example.com",
        GIT_COMMITTER_NAME: "Somebody",
        GIT_COMMITTER_EMAIL: "somebody@example.com",
      },
      ...(stdin === undefined ? {} : { stdin }),
      stdout: { keep: "all", bytesMax: 512 * 1024 * 1024 },
      timeoutMs: 120_000,
    });
    if (result.kind === "exited" && result.code === 0) return result.stdout;
    throw new Error(`git ${args.join(" ")} in ${cwd}: ${result.kind} ${result.stderr}`);
  }
}

/** What forges have on: part of a repository may be asked for, and any commit by its id. */
function serverConfig(objectFormat: "sha1" | "sha256"): string {
  return `[core]
\trepositoryformatversion = ${objectFormat === "sha1" ? 0 : 1}
\tbare = true
${objectFormat === "sha1" ? "" : "[extensions]\n\tobjectformat = sha256\n"}[http]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[receive]
\tfsckObjects = true
[gc]
\tauto = 0
`;
}

/** @see https://git-scm.com/docs/git-fast-import */
function importStream(commit: NewCommit, index: number, begun: Set<string>): Buffer[] {
  const { name, email } = commit.author ?? { name: "Somebody", email: "somebody@example.com" };
  const at = commit.at ?? 1_750_000_000 + index;
  const ref = `refs/heads/${commit.branch}`;
  const parent = commit.from ?? (begun.has(commit.branch) ? `${ref}^0` : null);
  begun.delete(commit.branch);
  return [
    Buffer.from(`commit ${ref}\ncommitter ${name} <${email}> ${at} +0000\n`),
    data(Buffer.from(commit.message)),
    ...(parent === null ? [] : [Buffer.from(`from ${parent}\n`)]),
    ...Object.entries(commit.files ?? {}).flatMap(([path, file]) => {
      const isPlain = typeof file === "string" || Buffer.isBuffer(file);
      const content = isPlain ? file : file.content;
      return [
        Buffer.from(`M ${isPlain ? "100644" : file.mode} inline ${quoted(path)}\n`),
        data(Buffer.isBuffer(content) ? content : Buffer.from(content)),
      ];
    }),
    ...(commit.removed ?? []).map((path) => Buffer.from(`D ${quoted(path)}\n`)),
    Buffer.from("\n"),
  ];
}

function data(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

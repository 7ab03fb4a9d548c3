import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runChild } from "../../src/child/run-child.ts";
import { checkBranchName, checkBranchNameToRead } from "../../src/git/branch-name.ts";
import { formatCommit } from "../../src/git/commit-text.ts";
import { editTree, foldersOnTheWay, type EntryChange } from "../../src/git/edit-tree.ts";
import { objectId } from "../../src/git/object-id.ts";
import { readTrees } from "../../src/git/read-trees.ts";
import { checkTreePath } from "../../src/git/tree-path.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
let repository: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  repository = await workshop.folder("oracle");
  await workshop.theirGit(repository, ["init", "--quiet", "--bare"]);
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** git, with bytes in and out, and its exit code. */
async function git(args: string[], stdin?: Uint8Array, env: Record<string, string> = {}) {
  const result = await runChild({
    file: "/usr/bin/git",
    args: ["-c", "core.protectNTFS=true", "-c", "core.protectHFS=true", ...args],
    cwd: repository,
    env: { PATH: "/usr/bin:/bin", HOME: repository, GIT_DIR: repository, GIT_CONFIG_NOSYSTEM: "1", ...env },
    ...(stdin === undefined ? {} : { stdin }),
    stdout: { keep: "all", bytesMax: 10_000_000 },
    timeoutMs: 30_000,
  });
  if (result.kind !== "exited") throw new Error(result.kind);
  return { code: result.code, stdout: result.stdout, stderr: result.stderr, isCut: false };
}

async function gitWell(...[args, stdin, env]: Parameters<typeof git>): Promise<Buffer> {
  const said = await git(args, stdin, env);
  if (said.code !== 0) throw new Error(`git ${args.join(" ")}: ${said.stderr}`);
  return said.stdout;
}

function accepts(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

const oddName = fc.string({
  unit: fc.constantFrom(
    "a",
    "B",
    "0",
    ".",
    "/",
    "-",
    "_",
    "@",
    "{",
    "~",
    "^",
    ":",
    "*",
    "\\",
    " ",
    "\n",
    "\u007f",
    "é",
    ".lock",
    "..",
    "HEAD",
    ".git",
    "git~1",
    "con",
  ),
  minLength: 1,
  maxLength: 8,
});

test("every branch name that we would make, or read, git takes", async () => {
  const names = fc.sample(oddName, { numRuns: 3000, seed: 7 });
  const ours = [...new Set(names.filter((name) => accepts(() => checkBranchName(name, { base: "base" }))))];
  const readable = [...new Set(names.filter((name) => accepts(() => checkBranchNameToRead(name))))].slice(0, 250);

  expect(ours.length).toBeGreaterThan(50);
  expect(readable.length).toBeGreaterThan(100);
  for (const name of [...ours.slice(0, 250), ...readable]) {
    expect({ name, code: (await git(["check-ref-format", `refs/heads/${name}`])).code }).toEqual({ name, code: 0 });
  }
});

test("every path that we would write git takes into its index", async () => {
  const oddPath = fc.oneof(
    oddName,
    fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
  const paths = fc.sample(oddPath, { numRuns: 5000, seed: 11 }).map((text) => Buffer.from(text, "latin1"));
  const accepted = paths.filter((path) => accepts(() => checkTreePath(path, "theirs")));
  const blob = (await gitWell(["hash-object", "-w", "--stdin"], Buffer.from("x"))).toString().trim();
  const lines = accepted.map((path) => Buffer.concat([Buffer.from(`100644 ${blob}\t`), path, Buffer.from([0])]));

  const said = await git(["update-index", "-z", "--index-info"], Buffer.concat(lines), {
    GIT_INDEX_FILE: join(repository, "paths-index"),
  });

  expect(accepted.length).toBeGreaterThan(1000);
  expect(paths.length - accepted.length).toBeGreaterThan(300);
  expect(said).toMatchObject({ code: 0, stderr: "" });
});

/** Few names, so that they meet: a file here is a folder there. */
const somePath = fc
  .array(fc.constantFrom("a", "a-", "a.b", "a0", "b", "\u00ff"), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));
const someMode = fc.constantFrom("100644" as const, "100755" as const, "120000" as const);
const someFiles = fc.array(fc.record({ path: somePath, mode: someMode, text: fc.constantFrom("1", "2", "3") }), {
  maxLength: 12,
});

type File = { path: string; mode: "100644" | "100755" | "120000"; text: string };

/** Of files that cannot all be, the first ones. */
function possible(files: File[]): Map<string, File> {
  const kept = new Map<string, File>();
  for (const file of files) {
    const clashes = [...kept.keys()].some(
      (path) => path !== file.path && (path.startsWith(`${file.path}/`) || file.path.startsWith(`${path}/`)),
    );
    if (!clashes) kept.set(file.path, file);
  }
  return kept;
}

async function treeByGit(files: Iterable<File>): Promise<string> {
  const index = join(await mkdtemp(join(repository, "index-")), "index");
  const lines = [...files].map(({ path, mode, text }) => `${mode} ${blobId(text)}\t${path}\0`);
  await gitWell(["update-index", "-z", "--index-info"], Buffer.from(lines.join("")), { GIT_INDEX_FILE: index });
  return (await gitWell(["write-tree", "--missing-ok"], undefined, { GIT_INDEX_FILE: index })).toString().trim();
}

function blobId(text: string): string {
  return objectId("sha1", "blob", Buffer.from(text));
}

test("a tree that we edit is the tree that git's index would write, in any order of the changes", async () => {
  await fc.assert(
    fc.asyncProperty(someFiles, someFiles, fc.infiniteStream(fc.nat()), async (before, after, order) => {
      const [from, to] = [possible(before), possible(after)];
      const baseTree = await treeByGit(from.values());
      const commit = (await gitWell(["commit-tree", baseTree, "-m", "x"], undefined, identity)).toString().trim();
      const deletions = [...from.keys()].filter((path) => !to.has(path));
      const changes: EntryChange[] = [
        ...deletions.map((path) => ({ path: Buffer.from(path), put: null })),
        ...[...to.values()].map(({ path, mode, text }) => ({
          path: Buffer.from(path),
          put: { mode, id: blobId(text) },
        })),
      ].toSorted(() => ((order.next().value ?? 0) % 3) - 1);

      const base = await readTrees(commit, foldersOnTheWay(changes.map(({ path }) => path)), {
        format: "sha1",
        run: ({ args, stdin }) => git(args, stdin),
        redact: (text) => text,
      });
      const edited = editTree(base, changes, { format: "sha1", replaceSymlinks: true });

      expect(edited.rootId).toBe(await treeByGit(to.values()));
      const changed = [...new Set([...from.keys(), ...to.keys()])].filter((path) => {
        const [old, now] = [from.get(path), to.get(path)];
        return old?.mode !== now?.mode || old?.text !== now?.text;
      });
      expect(edited.changedPaths.map(String)).toEqual(
        changed.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      for (const [id, bytes] of edited.newTrees) expect(objectId("sha1", "tree", bytes)).toBe(id);
    }),
    { numRuns: 60 },
  );
});

const identity = {
  GIT_AUTHOR_NAME: "A U Thor",
  GIT_AUTHOR_EMAIL: "author@example.com",
  GIT_COMMITTER_NAME: "pullwright",
  GIT_COMMITTER_EMAIL: "pullwright@example.com",
  GIT_AUTHOR_DATE: "1750000000 +0000",
  GIT_COMMITTER_DATE: "1750000000 +0000",
};

test("a commit that we write is the commit that git would write", async () => {
  const tree = await treeByGit([]);
  const parent = (await gitWell(["commit-tree", tree, "-m", "x"], undefined, identity)).toString().trim();
  for (const message of ["One line", "Title\n\nBody with ünïcode ✓\n\nTrailer: x", "ends\n"]) {
    const text = formatCommit({
      treeSha: tree,
      parentShas: [parent],
      author: { name: "A U Thor", email: "author@example.com" },
      committer: { name: "pullwright", email: "pullwright@example.com" },
      atSeconds: 1_750_000_000,
      message,
    });
    const byGit = (
      await gitWell(["commit-tree", tree, "-p", parent, "-F", "-"], Buffer.from(`${message.trimEnd()}\n`), identity)
    )
      .toString()
      .trim();
    expect(objectId("sha1", "commit", text)).toBe(byGit);
  }
});

test("nobody's name can write a line of the commit", () => {
  const text = formatCommit({
    treeSha: "1".repeat(40),
    parentShas: ["2".repeat(40)],
    author: { name: "x\nparent 333", email: "a> 1 +0000\ngpgsig x" },
    committer: { name: "<>", email: "" },
    atSeconds: 1,
    message: "title\0\r\nbody\r\n\n\n",
  }).toString();

  expect(text).toBe(
    `tree ${"1".repeat(40)}\nparent ${"2".repeat(40)}\nauthor x parent 333 <a  1 +0000 gpgsig x> 1 +0000\ncommitter unknown <> 1 +0000\n\ntitle\nbody\n`,
  );
});

test("git would have said so", async () => {
  expect((await git(["check-ref-format", "refs/heads/a..b"])).code).not.toBe(0);
  const blob = (await gitWell(["hash-object", "-w", "--stdin"], Buffer.from("x"))).toString().trim();
  const line = Buffer.from(`100644 ${blob}\ta/.git/b\0`);
  const index = { GIT_INDEX_FILE: join(repository, "bad-index") };
  expect((await git(["update-index", "-z", "--index-info"], line, index)).stderr).toContain("Ignoring path a/.git/b");
});

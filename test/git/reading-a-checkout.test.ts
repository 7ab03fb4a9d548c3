import { appendFile, chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChangesWanted, ChangeSummary, CheckoutChanges, FileChange } from "../../src/git/git.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** A checkout with one commit, that a remote called origin knows. */
async function newCheckout(
  files: Record<string, string> = { "README.md": "one\n", "src/a.ts": "a\n", "src/b.ts": "b\n" },
) {
  const root = await mkdtemp(join(await workshop.folder("any"), "c-"));
  await workshop.theirGit(root, ["init", "--quiet", "--initial-branch=main"]);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await workshop.theirGit(root, ["add", "--all"]);
  await workshop.theirGit(root, ["commit", "--quiet", "--message=One"]);
  const base = (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();
  await workshop.theirGit(root, ["update-ref", "refs/remotes/origin/main", base]);
  return { root, base };
}

async function changesIn(root: string, baseSha: string, wanted: Partial<ChangesWanted> = {}) {
  const checkout = await workshop.git.readCheckout(root);
  return workshop.git.changesOfCheckout(checkout, {
    baseSha,
    filesMax: 1000,
    fileBytesMax: 10_000_000,
    totalBytesMax: 100_000_000,
    ...wanted,
  });
}

async function summaryIn(root: string, baseSha: string, wanted: Partial<ChangesWanted> = {}): Promise<ChangeSummary[]> {
  await using found = await changesIn(root, baseSha, wanted);
  return found.summary;
}

async function textOf(found: CheckoutChanges, path: string): Promise<string> {
  const change = found.changes.find((one) => one.path.toString() === path);
  if (change?.kind !== "put") throw new Error(`${path} is not put`);
  return (await bytesOf(change)).toString();
}

async function bytesOf(change: Extract<FileChange, { kind: "put" }>): Promise<Buffer> {
  const chunks = [];
  const bytes = change.bytes();
  if (Buffer.isBuffer(bytes)) return bytes;
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("a checkout says where it is, where it stands, and where it comes from", async () => {
  const { root, base } = await newCheckout();
  await workshop.theirGit(root, ["remote", "add", "origin", "https://somebody:secret@example.com/acme/web.git"]);
  await workshop.theirGit(root, ["checkout", "--quiet", "-b", "work/this"]);

  const checkout = await workshop.git.readCheckout(join(root, "src"));

  expect(checkout).toMatchObject({
    root,
    headSha: base,
    branch: "work/this",
    remotes: [{ name: "origin", url: "https://example.com/acme/web.git", pushUrl: null }],
  });
  expect(await checkout.baseSha("origin", "main")).toBe(base);
});

test("the base of the work is where it left the remote's branch, however much was committed since", async () => {
  const { root, base } = await newCheckout();
  await appendFile(join(root, "README.md"), "two\n");
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Two"]);
  await workshop.theirGit(root, ["pack-refs", "--all"]);

  const checkout = await workshop.git.readCheckout(root);

  expect(checkout.headSha).not.toBe(base);
  expect(await checkout.baseSha("origin", "main")).toBe(base);
  expect(await checkout.baseSha("origin", "unknown")).toBe(checkout.headSha);
});

test("a worktree, a detached HEAD and a checkout without a commit are read as what they are", async () => {
  const { root, base } = await newCheckout();
  const worktree = join(root, "..", "worktree-of-it");
  await workshop.theirGit(root, ["worktree", "add", "--quiet", "-b", "beside", worktree]);
  const detached = await newCheckout();
  await workshop.theirGit(detached.root, ["checkout", "--quiet", "--detach"]);
  const unborn = await workshop.folder("unborn");
  await workshop.theirGit(unborn, ["init", "--quiet", "--initial-branch=trunk"]);

  expect(await workshop.git.readCheckout(worktree)).toMatchObject({ root: worktree, branch: "beside", headSha: base });
  expect(await workshop.git.readCheckout(detached.root)).toMatchObject({ branch: null, headSha: detached.base });
  const empty = await workshop.git.readCheckout(unborn);
  expect(empty).toMatchObject({ branch: "trunk", headSha: null });
  await expect(empty.baseSha("origin", "main")).rejects.toMatchObject({ code: "BASE_NOT_ON_REMOTE" });
});

test("a directory that is in no checkout is said to be none", async () => {
  await expect(workshop.git.readCheckout(join(workshop.directory, "their-home"))).rejects.toMatchObject({
    code: "CHECKOUT_NOT_FOUND",
  });
  await expect(workshop.git.readCheckout(join(workshop.directory, "nowhere"))).rejects.toMatchObject({
    code: "CHECKOUT_NOT_FOUND",
  });
});

test("work is what differs from the base: committed, staged, written or removed", async () => {
  const { root, base } = await newCheckout({
    a: "a\n",
    b: "b\n",
    c: "c\n",
    d: "d\n",
    same: "same\n",
    ".gitignore": "*.log\n",
  });
  await writeFile(join(root, "a"), "committed\n");
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Two"]);
  await writeFile(join(root, "b"), "staged\n");
  await workshop.theirGit(root, ["add", "b"]);
  await writeFile(join(root, "c"), "written\n");
  await rm(join(root, "d"));
  await writeFile(join(root, "new"), "new\n");
  await writeFile(join(root, "noise.log"), "noise\n");
  await utimes(join(root, "same"), 1, 1);

  await using found = await changesIn(root, base);

  expect(found.summary).toEqual([
    { path: "a", status: "changed" },
    { path: "b", status: "changed" },
    { path: "c", status: "changed" },
    { path: "d", status: "deleted" },
    { path: "new", status: "added" },
  ]);
  expect(await textOf(found, "a")).toBe("committed\n");
  expect(await textOf(found, "c")).toBe("written\n");
  expect(found.skipped).toEqual([]);
});

test("a change that the agent committed and took back is no change", async () => {
  const { root, base } = await newCheckout();
  await writeFile(join(root, "README.md"), "other\n");
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Two"]);
  await writeFile(join(root, "README.md"), "one\n");

  expect(await summaryIn(root, base)).toEqual([]);
});

test("an ignored file is work only when it is named, or was added by force", async () => {
  const { root, base } = await newCheckout({ ".gitignore": "out/\n*.log\n", a: "a\n" });
  await mkdir(join(root, "out"));
  await writeFile(join(root, "out", "named"), "1\n");
  await writeFile(join(root, "out", "other"), "2\n");
  await writeFile(join(root, "forced.log"), "3\n");
  await workshop.theirGit(root, ["add", "--force", "forced.log"]);

  expect(await summaryIn(root, base)).toEqual([{ path: "forced.log", status: "added" }]);
  expect(await summaryIn(root, base, { only: ["out/named"] })).toEqual([{ path: "out/named", status: "added" }]);
  expect((await summaryIn(root, base, { only: ["./out/"] })).map(({ path }) => path)).toEqual([
    "out/named",
    "out/other",
  ]);
  expect(await summaryIn(root, base, { leaveOut: ["forced.log"] })).toEqual([]);
});

test("what was named and is nowhere is said to be missing", async () => {
  const { root, base } = await newCheckout();
  await symlink("/etc", join(root, "link"));
  await writeFile(join(root, "src", "a.ts"), "changed\n");
  await rm(join(root, "src", "b.ts"));

  await using found = await changesIn(root, base, {
    only: ["src/a.ts", "src/b.ts", "README.md", "no/such/file", "link/passwd"],
  });

  expect(found.summary).toEqual([
    { path: "src/a.ts", status: "changed" },
    { path: "src/b.ts", status: "deleted" },
  ]);
  expect(found.skipped.map(({ path }) => path)).toEqual(["link/passwd", "no/such/file"]);
});

test("any name a file can have arrives as it is", async () => {
  const { root, base } = await newCheckout();
  const names = [
    Buffer.from("line\nbreak"),
    Buffer.from("-rf"),
    Buffer.from('ünï\t"q\\'),
    Buffer.from([0x66, 0xff, 0xfe]),
    Buffer.from("x".repeat(255)),
    Buffer.from(":(top)x"),
    Buffer.from("*"),
  ];
  for (const name of names) await writeFile(Buffer.concat([Buffer.from(`${root}/`), name]), "x\n");

  await using found = await changesIn(root, base);

  expect(found.changes.map(({ path }) => path.toString("hex"))).toEqual(
    names.map((name) => name.toString("hex")).toSorted(),
  );
});

test("links stay links, the executable bit is kept, and a file may become a folder and the reverse", async () => {
  const { root, base } = await newCheckout({
    file: "file\n",
    "folder/in": "in\n",
    run: "run\n",
    "Case.txt": "case\n",
    "dir/x": "x\n",
  });
  await rm(join(root, "file"));
  await mkdir(join(root, "file"));
  await writeFile(join(root, "file", "now-inside"), "inside\n");
  await rm(join(root, "folder"), { recursive: true });
  await writeFile(join(root, "folder"), "now a file\n");
  await chmod(join(root, "run"), 0o755);
  await rename(join(root, "Case.txt"), join(root, "case.txt"));
  await symlink("/etc/passwd", join(root, "link"));
  await rm(join(root, "dir"), { recursive: true });
  await symlink("..", join(root, "dir"));

  await using found = await changesIn(root, base);

  expect(found.summary).toEqual([
    { path: "case.txt", status: "renamed", from: "Case.txt" },
    { path: "dir", status: "added" },
    { path: "dir/x", status: "deleted" },
    { path: "file", status: "deleted" },
    { path: "file/now-inside", status: "added" },
    { path: "folder", status: "added" },
    { path: "folder/in", status: "deleted" },
    { path: "link", status: "added" },
    { path: "run", status: "changed" },
  ]);
  expect(await textOf(found, "link")).toBe("/etc/passwd");
  expect(found.changes.map((change) => (change.kind === "put" ? change.mode : "-"))).toEqual([
    "-",
    "100644",
    "120000",
    "-",
    "-",
    "100644",
    "100644",
    "-",
    "120000",
    "100755",
  ]);
});

test("pipes, sockets and nested repositories are left out, and said to be", async () => {
  const { root, base } = await newCheckout();
  await workshop.theirGit(root, ["init", "--quiet", "nested"]);
  await writeFile(join(root, "nested", "x"), "x\n");
  await makePipe(join(root, "src", "pipe"));
  await rm(join(root, "src", "a.ts"));
  await makePipe(join(root, "src", "a.ts"));

  await using found = await changesIn(root, base);

  expect(found.summary).toEqual([]);
  expect(found.skipped.map(({ path }) => path)).toEqual(["nested", "src/a.ts", "src/pipe"]);
});

test("a pipe among what is ignored is not worth a word, unless it was asked for", async () => {
  const { root, base } = await newCheckout({ ".gitignore": "out/\n*.pipe\n", "src/a.ts": "a\n" });
  await mkdir(join(root, "out", "deep"), { recursive: true });
  await makePipe(join(root, "out", "deep", "log"));
  await makePipe(join(root, "src", "a.pipe"));
  await makePipe(join(root, "src", "told"));
  await makePipe(join(root, ":(glob)**"));
  const skippedIn = async (wanted: Partial<ChangesWanted>): Promise<string[]> => {
    await using found = await changesIn(root, base, wanted);
    return found.skipped.map(({ path }) => path);
  };

  expect(await skippedIn({})).toEqual([":(glob)**", "src/told"]);
  expect(await skippedIn({ only: ["out"] })).toEqual(["out/deep/log"]);
  expect(await skippedIn({ only: ["src"] })).toEqual(["src/a.pipe", "src/told"]);
  expect(await skippedIn({ leaveOut: ["src"] })).toEqual([":(glob)**"]);
});

test("a repository inside that was staged is left out like one that was not, and said to be", async () => {
  const { root, base } = await newCheckout();
  await workshop.theirGit(root, ["init", "--quiet", "nested"]);
  await workshop.theirGit(join(root, "nested"), ["commit", "--quiet", "--allow-empty", "--message=Inner"]);
  await workshop.theirGit(root, ["add", "nested"]);

  await using found = await changesIn(root, base);

  expect(found.summary).toEqual([]);
  expect(found.skipped).toEqual([{ path: "nested", because: "It is a repository of its own." }]);
});

async function makePipe(path: string): Promise<void> {
  const { runChild } = await import("../../src/child/run-child.ts");
  await runChild({
    file: "/usr/bin/mkfifo",
    args: [path],
    env: {},
    cwd: "/",
    stdout: { keep: "all", bytesMax: 1 },
    timeoutMs: 10_000,
  });
}

test("files that a program would have to store are refused when they changed, and only then", async () => {
  const bytes = "large file\n";
  const { root, base } = await newCheckout({
    ".gitattributes": "*.bin filter=lfs -text\n*.key filter=git-crypt\n",
    "a.bin":
      "version https://git-lfs.github.com/spec/v1\noid sha256:9ac8c4fb5e2ba4aa4adb8bfb9a2de11cf62a4fa8b5bd7c8ee4e0b5ba6e9ff5c9\nsize 11\n",
    "b.key": "\0GITCRYPT\0",
  });
  expect(await summaryIn(root, base)).toEqual([]);
  const { createHash } = await import("node:crypto");
  const oid = createHash("sha256").update(bytes).digest("hex");
  await writeFile(
    join(root, "a.bin"),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`,
  );
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Pointer"]);
  const pointer = (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();

  await writeFile(join(root, "a.bin"), bytes);
  expect(await summaryIn(root, pointer)).toEqual([]);

  await writeFile(join(root, "a.bin"), "changed\n");
  await expect(summaryIn(root, pointer)).rejects.toMatchObject({ code: "UNSUPPORTED_ENTRY" });
  await rm(join(root, "a.bin"));
  expect(await summaryIn(root, pointer)).toEqual([{ path: "a.bin", status: "deleted" }]);

  await writeFile(join(root, "new.key"), "plain secret\n");
  await expect(summaryIn(root, pointer)).rejects.toMatchObject({ code: "UNSUPPORTED_ENTRY" });
});

test("line ends are stored as git would store them", async () => {
  const { root, base } = await newCheckout({
    ".gitattributes": "*.bat text eol=crlf\n*.txt text=auto\n",
    "a.bat": "one\r\n",
    "b.txt": "one\n",
  });
  await utimes(join(root, "a.bat"), 1, 1);
  await writeFile(join(root, "b.txt"), "one\r\n");
  expect(await summaryIn(root, base)).toEqual([]);

  await writeFile(join(root, "a.bat"), "one\r\ntwo\r\n");
  await writeFile(join(root, "c.bin"), "raw\r\n");
  await using found = await changesIn(root, base);

  expect(await textOf(found, "a.bat")).toBe("one\ntwo\n");
  expect(await textOf(found, "c.bin")).toBe("raw\r\n");
});

test("too many files, too large a file and too much altogether are refused", async () => {
  const { root, base } = await newCheckout();
  for (const name of ["x", "y", "z"]) await writeFile(join(root, name), "0123456789");

  for (const limit of [{ filesMax: 2 }, { fileBytesMax: 9 }, { totalBytesMax: 29 }]) {
    await expect(summaryIn(root, base, limit)).rejects.toMatchObject({ code: "WORK_TOO_LARGE" });
  }
  expect(await summaryIn(root, base, { filesMax: 3, fileBytesMax: 10, totalBytesMax: 30 })).toHaveLength(3);
});

test("a checkout without an index, or with a broken one, is read all the same", async () => {
  const { root, base } = await newCheckout();
  await writeFile(join(root, "src/a.ts"), "changed\n");
  await rm(join(root, ".git", "index"));
  expect(await summaryIn(root, base)).toEqual([{ path: "src/a.ts", status: "changed" }]);

  await writeFile(join(root, ".git", "index"), "DIRC broken");
  expect(await summaryIn(root, base)).toEqual([{ path: "src/a.ts", status: "changed" }]);
});

test("a file changed in the moment in which the index was written is seen", async () => {
  const { root, base } = await newCheckout({ racy: "1\n" });
  // Another time of the inode would show; where that is not trusted, only the moment is left.
  await workshop.theirGit(root, ["config", "core.trustCtime", "false"]);
  const at = new Date("2025-01-01T00:00:00.000Z");
  const write = async (text: string): Promise<void> => {
    await writeFile(join(root, "racy"), text);
    await utimes(join(root, "racy"), at, at);
  };
  await write("1\n");
  await workshop.theirGit(root, ["add", "racy"]);
  await utimes(join(root, ".git", "index"), at, at);
  await write("2\n");

  expect(await summaryIn(root, base)).toEqual([{ path: "racy", status: "changed" }]);
});

test("a sparse checkout's absent files are not deletions", async () => {
  const { root, base } = await newCheckout({ "in/a": "a\n", "out/b": "b\n", top: "t\n" });
  await workshop.theirGit(root, ["sparse-checkout", "set", "--cone", "in"]);
  await writeFile(join(root, "in/a"), "changed\n");

  expect(await summaryIn(root, base)).toEqual([{ path: "in/a", status: "changed" }]);
  // Nor when another version of them was committed, which is in no file here.
  const other = (await workshop.theirGit(root, ["hash-object", "-w", "in/a"])).trim();
  await workshop.theirGit(root, ["update-index", "--cacheinfo", `100644,${other},out/b`]);
  await workshop.theirGit(root, ["update-index", "--skip-worktree", "out/b"]);
  await workshop.theirGit(root, ["commit", "--quiet", "--message=Outside"]);
  expect(await summaryIn(root, base)).toEqual([{ path: "in/a", status: "changed" }]);

  await workshop.theirGit(root, ["rm", "--quiet", "--sparse", "--cached", "out/b"]);
  expect(await summaryIn(root, base)).toContainEqual({ path: "out/b", status: "deleted" });
});

test("a changed submodule is refused", async () => {
  const inner = await newCheckout();
  const { root } = await newCheckout();
  await workshop.theirGit(root, ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "sub"]);
  await workshop.theirGit(root, ["commit", "--quiet", "--message=Sub"]);
  const base = (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();
  await writeFile(join(root, "sub", "untracked"), "x\n");
  expect(await summaryIn(root, base)).toEqual([]);

  await workshop.theirGit(join(root, "sub"), ["commit", "--quiet", "--allow-empty", "--message=Moved"]);

  await expect(summaryIn(root, base)).rejects.toMatchObject({ code: "UNSUPPORTED_ENTRY" });
});

test("a repository that names its objects by SHA-256 is read", async () => {
  const root = await workshop.folder("sha256");
  await workshop.theirGit(root, ["init", "--quiet", "--object-format=sha256"]);
  await writeFile(join(root, "a"), "a\n");
  await workshop.theirGit(root, ["add", "a"]);
  await workshop.theirGit(root, ["commit", "--quiet", "--message=One"]);
  const base = (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();
  await writeFile(join(root, "b"), "b\n");

  expect(base).toHaveLength(64);
  expect(await summaryIn(root, base)).toEqual([{ path: "b", status: "added" }]);
});

import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FileChange } from "../../src/git/git.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const put = (path: string, text: string, mode: "100644" | "100755" | "120000" = "100644"): FileChange => ({
  path: Buffer.from(path),
  kind: "put",
  mode,
  bytes: () => Buffer.from(text),
});
const remove = (path: string): FileChange => ({ path: Buffer.from(path), kind: "delete" });

async function newRepository(slug: string): Promise<string> {
  await workshop.server.repositories.create(slug);
  const branches = await workshop.server.repositories.commit(slug, [
    { branch: "main", message: "One", files: { "README.md": "old\n", "src/a.ts": "a\n", "src/deep/b.ts": "b\n" } },
  ]);
  return branches.get("main") ?? "";
}

test("work becomes one commit on a new branch, and nothing else of the remote is touched", async () => {
  const base = await newRepository("acme/one");
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/one"));

  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const commit = await mirror.buildCommit({
    baseSha: sha,
    changes: [put("README.md", "new\n"), put("src/deep/new/c.ts", "c\n", "100755"), remove("src/a.ts")],
    message: "Do the work\n\nAnd say why.",
    atSeconds: 1_750_000_000,
  });
  const pushed = await mirror.pushBranch({
    branch: "pullwright/one",
    commitSha: commit.commitSha,
    expected: null,
    base: "main",
  });

  const { repositories } = workshop.server;
  expect(sha).toBe(base);
  expect(pushed).toEqual({ kind: "created" });
  expect(commit.changedPaths.map(String)).toEqual(["README.md", "src/a.ts", "src/deep/new/c.ts"]);
  expect(Object.fromEntries(await repositories.refs("acme/one"))).toEqual({
    "refs/heads/main": base,
    "refs/heads/pullwright/one": commit.commitSha,
  });
  const tree = await repositories.git("acme/one", ["ls-tree", "-r", "pullwright/one"]);
  expect(tree.toString().replaceAll(/blob [0-9a-f]+\t/g, "")).toBe(
    "100644 README.md\n100644 src/deep/b.ts\n100755 src/deep/new/c.ts\n",
  );
  const text = await repositories.git("acme/one", ["cat-file", "commit", "pullwright/one"]);
  expect(text.toString()).toBe(
    `tree ${commit.treeSha}\nparent ${base}\nauthor pullwright <pullwright@example.com> 1750000000 +0000\n` +
      "committer pullwright <pullwright@example.com> 1750000000 +0000\n\nDo the work\n\nAnd say why.\n",
  );
});

test("the same work is the same commit, and pushing it again changes nothing", async () => {
  await newRepository("acme/again");
  const once = async () => {
    await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/again"));
    const { sha } = await mirror.fetchCommit({ branch: "main" });
    const request = { baseSha: sha, changes: [put("new.txt", "new\n")], message: "New", atSeconds: 1_750_000_000 };
    const { commitSha } = await mirror.buildCommit(request);
    return {
      commitSha,
      pushed: await mirror.pushBranch({ branch: "pw/again", commitSha, expected: null, base: "main" }),
    };
  };

  const first = await once();
  const second = await once();

  expect(first.pushed).toEqual({ kind: "created" });
  expect(second).toEqual({ commitSha: first.commitSha, pushed: { kind: "up-to-date" } });
  expect(workshop.server.pushed().filter(({ slug }) => slug === "acme/again")).toHaveLength(1);
});

test("a commit that was fetched once is not fetched again", async () => {
  const base = await newRepository("acme/kept");
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/kept"));
  await mirror.fetchCommit({ sha: base });
  workshop.server.forget();

  await mirror.fetchCommit({ sha: base });

  expect(workshop.server.requests()).toEqual([]);
});

test("work on a base that the branch has left behind is pushed without the files in between", async () => {
  const base = await newRepository("acme/behind");
  await workshop.server.repositories.commit("acme/behind", [
    { branch: "main", message: "Two", files: { "src/a.ts": "other\n" } },
  ]);
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/behind"));

  await mirror.fetchCommit({ sha: base });
  const { commitSha } = await mirror.buildCommit({
    baseSha: base,
    changes: [put("new.txt", "new\n")],
    message: "New",
    atSeconds: 1,
  });
  const pushed = await mirror.pushBranch({ branch: "pw/behind", commitSha, expected: null, base: "main" });

  expect(pushed).toEqual({ kind: "created" });
});

test("more work is one more commit on our own branch", async () => {
  await newRepository("acme/more");
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/more"));
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const first = await mirror.buildCommit({ baseSha: sha, changes: [put("a", "1\n")], message: "One", atSeconds: 1 });
  await mirror.pushBranch({ branch: "pw/more", commitSha: first.commitSha, expected: null, base: "main" });

  const second = await mirror.buildCommit({
    baseSha: first.commitSha,
    changes: [put("a", "2\n")],
    message: "Two",
    atSeconds: 2,
  });
  const push = { branch: "pw/more", commitSha: second.commitSha, expected: first.commitSha, base: "main" };
  const pushed = await mirror.pushBranch(push);
  const again = await mirror.pushBranch(push);

  expect([pushed, again]).toEqual([{ kind: "updated" }, { kind: "up-to-date" }]);
  expect(await mirror.readRemoteBranch("pw/more")).toBe(second.commitSha);
});

test("a repository that has submodules can be worked on, and its submodules stay as they are", async () => {
  const { repositories } = workshop.server;
  await newRepository("acme/submodules");
  const gitlink = "5".repeat(40);
  const modules = '[submodule "sub"]\n\tpath = sub\n\turl = https://example.com/sub.git\n';
  const blob = (await repositories.git("acme/submodules", ["hash-object", "-w", "--stdin"], Buffer.from(modules)))
    .toString()
    .trim();
  const before = (await repositories.git("acme/submodules", ["ls-tree", "main"])).toString();
  const lines = `${before}100644 blob ${blob}\t.gitmodules\n160000 commit ${gitlink}\tsub\n`;
  const tree = (await repositories.git("acme/submodules", ["mktree", "--missing"], Buffer.from(lines)))
    .toString()
    .trim();
  const base = (await repositories.git("acme/submodules", ["commit-tree", tree, "-p", "main", "-m", "Sub"]))
    .toString()
    .trim();
  await repositories.setRef("acme/submodules", "refs/heads/main", base);
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/submodules"));

  await mirror.fetchCommit({ sha: base });
  const { commitSha } = await mirror.buildCommit({
    baseSha: base,
    changes: [put("new.txt", "new\n")],
    message: "New",
    atSeconds: 1,
  });
  const pushed = await mirror.pushBranch({ branch: "pw/sub", commitSha, expected: null, base: "main" });

  expect(pushed).toEqual({ kind: "created" });
  const after = (await repositories.git("acme/submodules", ["ls-tree", "pw/sub"])).toString();
  expect(after).toContain(`160000 commit ${gitlink}\tsub\n`);
  const change = mirror.buildCommit({
    baseSha: base,
    changes: [put("sub/file", "x\n")],
    message: "Into",
    atSeconds: 1,
  });
  await expect(change).rejects.toMatchObject({ code: "UNSUPPORTED_ENTRY" });
});

test("a repository that names its objects by SHA-256 can be worked on", async () => {
  const { repositories } = workshop.server;
  await repositories.create("acme/sha256", { objectFormat: "sha256" });
  const branches = await repositories.commit("acme/sha256", [{ branch: "main", message: "One", files: { a: "a\n" } }]);
  await using mirror = await workshop.git.openMirror({ ...workshop.mirrorOf("acme/sha256"), format: "sha256" });

  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const { commitSha } = await mirror.buildCommit({
    baseSha: sha,
    changes: [put("b", "b\n")],
    message: "New",
    atSeconds: 1,
  });
  const pushed = await mirror.pushBranch({ branch: "pw/x", commitSha, expected: null, base: "main" });

  expect(sha).toBe(branches.get("main"));
  expect(commitSha).toHaveLength(64);
  expect(pushed).toEqual({ kind: "created" });
});

test("what cannot be in one tree, or goes where no file may be, is refused before anything is written", async () => {
  const { repositories } = workshop.server;
  await repositories.create("acme/impossible");
  await repositories.commit("acme/impossible", [
    {
      branch: "main",
      message: "One",
      files: { link: { mode: "120000", content: "/etc" }, "folder/a": "a\n", file: "f\n" },
    },
  ]);
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/impossible"));
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const build = (...changes: FileChange[]) => mirror.buildCommit({ baseSha: sha, changes, message: "x", atSeconds: 1 });

  await expect(build(put("link/passwd", "x"))).rejects.toMatchObject({ code: "PATH_IS_SYMLINK" });
  await expect(build(put("link", "x"))).rejects.toMatchObject({ code: "PATH_IS_SYMLINK" });
  await expect(build(put("folder", "x"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put("file/below", "x"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put("a", "x"), put("a/b", "x"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put("a", "x"), put("a", "y"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put("../out", "x"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put(".git/hooks/pre-push", "x"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build(put(".gitmodules", "/etc/passwd", "120000"))).rejects.toMatchObject({ code: "PATH_INVALID" });
  await expect(build()).rejects.toMatchObject({ code: "EMPTY_DIFF" });
  await expect(build(put("file", "f\n"), remove("never-there"))).rejects.toMatchObject({ code: "EMPTY_DIFF" });

  const allowed = mirror.buildCommit({
    baseSha: sha,
    changes: [
      put("link", "a file now"),
      remove("folder/a"),
      put("folder", "x"),
      remove("file"),
      put("file/below", "x"),
    ],
    message: "x",
    atSeconds: 1,
    replaceSymlinks: true,
  });
  expect((await allowed).changedPaths.map(String)).toEqual(["file", "file/below", "folder", "folder/a", "link"]);
});

test("many files cost no more runs of git than one", async () => {
  await newRepository("acme/many");
  const directory = await workshop.folder("counting");
  const counting = `#!/bin/sh\necho "$1" >>${directory}/runs\nexec /usr/bin/git "$@"\n`;
  await writeFile(join(directory, "git"), counting, { mode: 0o755 });
  const git = workshop.createGit({ gitPath: join(directory, "git") });
  await using mirror = await git.openMirror(workshop.mirrorOf("acme/many"));
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  await rm(join(directory, "runs"));
  const changes = Array.from({ length: 3000 }, (_, index) => put(`many/f${index % 40}/${index}.txt`, `${index}\n`));
  // More than git sends in one piece.
  const large = randomBytes(3_000_000);
  changes.push({ path: Buffer.from("large.bin"), kind: "put", mode: "100644", bytes: () => large });

  const { commitSha } = await mirror.buildCommit({ baseSha: sha, changes, message: "Many", atSeconds: 1 });
  const runs = await readFile(join(directory, "runs"), "utf8");
  const pushed = await mirror.pushBranch({ branch: "pw/many", commitSha, expected: null, base: "main" });

  expect(pushed).toEqual({ kind: "created" });
  const listed = await workshop.server.repositories.git("acme/many", [
    "ls-tree",
    "-r",
    "--name-only",
    "pw/many",
    "many/",
  ]);
  expect(listed.toString().trim().split("\n")).toHaveLength(3000);
  expect(runs).toBe("cat-file\nindex-pack\n");
});

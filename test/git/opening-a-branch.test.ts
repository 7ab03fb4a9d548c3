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

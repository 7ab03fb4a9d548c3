import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileChange } from "../../src/git/git.ts";
import { takeMirrorLock } from "../../src/git/mirror-lock.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const newFile: FileChange = {
  path: Buffer.from("new"),
  kind: "put",
  mode: "100644",
  bytes: () => Buffer.from("new\n"),
};

async function newRepository(slug: string): Promise<string> {
  await workshop.server.repositories.create(slug);
  const branches = await workshop.server.repositories.commit(slug, [
    { branch: "main", message: "One", files: { a: "a\n" } },
  ]);
  return branches.get("main") ?? "";
}

async function mirrorDirectory(slug: string): Promise<string> {
  const part = slug.replace("/", "-");
  const name = (await readdir(workshop.mirrorsDir)).find((one) => one.includes(part) && one.endsWith(".git"));
  return join(workshop.mirrorsDir, name ?? "none");
}

async function fetchOnce(slug: string): Promise<{ sha: string; requests: number }> {
  workshop.server.forget();
  const sha = (await workshop.server.repositories.refs(slug)).get("refs/heads/main") ?? "";
  await using mirror = await workshop.git.openMirror(workshop.mirrorOf(slug));
  await mirror.fetchCommit({ sha });
  return { sha, requests: workshop.server.requests().length };
}

describe("a mirror", () => {
  test("holds nothing but objects and refs: no address, no token, no hook", async () => {
    await newRepository("acme/plain");
    await fetchOnce("acme/plain");

    const directory = await mirrorDirectory("acme/plain");

    expect((await readdir(directory)).toSorted()).toEqual(["HEAD", "config", "info", "objects", "refs", "shallow"]);
    expect(await readFile(join(directory, "config"), "utf8")).toBe(
      "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n",
    );
    expect((await readdir(directory, { recursive: true })).filter((name) => name.endsWith(".sample"))).toEqual([]);
  });

  test.each([
    ["a setting", "config", "[core]\n\thooksPath = /tmp\n\tbare = true\n"],
    ["a hook", "hooks/pre-push", "#!/bin/sh\nexit 1\n"],
    ["objects from elsewhere", "objects/info/alternates", "/tmp\n"],
    ["objects from another server", "objects/info/http-alternates", "https://elsewhere.example/\n"],
    ["attributes", "info/attributes", "* filter=evil\n"],
    ["the lock of a git that was killed", "shallow.lock", ""],
    ["the lock of a ref", "refs/pw/branch/x.lock", ""],
    ["settings of a worktree", "config.worktree", "[core]\n"],
  ])("into which somebody put %s is made anew", async (_, file, text) => {
    const slug = `acme/spoilt-${file.replaceAll(/[^a-z]/g, "")}`;
    await newRepository(slug);
    await fetchOnce(slug);
    const directory = await mirrorDirectory(slug);
    expect((await fetchOnce(slug)).requests).toBe(0);
    await mkdir(join(directory, file, ".."), { recursive: true });
    await writeFile(join(directory, file), text);

    const again = await fetchOnce(slug);

    expect(again.requests).toBeGreaterThan(0);
    expect(await readFile(join(directory, file), "utf8").catch(() => null)).not.toBe(text);
  });

  test("that is spoilt while it is in use is not taken to the network", async () => {
    await newRepository("acme/in-use");
    await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/in-use"));
    await mkdir(join(await mirrorDirectory("acme/in-use"), "hooks"));
    workshop.server.forget();

    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(workshop.server.requests()).toEqual([]);
  });

  test("keeps what was built until it is pushed, also for another process", async () => {
    const base = await newRepository("acme/later");
    let commitSha: string;
    {
      await using mirror = await workshop.git.openMirror(workshop.mirrorOf("acme/later"));
      await mirror.fetchCommit({ sha: base });
      ({ commitSha } = await mirror.buildCommit({ baseSha: base, changes: [newFile], message: "New", atSeconds: 1 }));
    }

    await using mirror = await workshop.createGit().openMirror(workshop.mirrorOf("acme/later"));

    expect(await mirror.hasCommit(commitSha)).toBe(true);
    expect(await mirror.hasCommit("1".repeat(40))).toBe(false);
    expect(await mirror.pushBranch({ branch: "pw/x", commitSha, expected: null, base: "main" })).toEqual({
      kind: "created",
    });
  });

  test("is held by one job at a time", async () => {
    await newRepository("acme/held");
    const order: string[] = [];
    const first = await workshop.git.openMirror(workshop.mirrorOf("acme/held"));
    const second = workshop.createGit().openMirror(workshop.mirrorOf("acme/held"));
    const waiting = second.then(async (mirror) => {
      order.push("second");
      await mirror[Symbol.asyncDispose]();
    });

    await first.fetchCommit({ branch: "main" });
    order.push("first");
    await first[Symbol.asyncDispose]();
    await waiting;

    expect(order).toEqual(["first", "second"]);
  });

  test("that another process keeps for too long is waited for no longer", async () => {
    await newRepository("acme/kept-long");
    await using _ = await workshop.git.openMirror(workshop.mirrorOf("acme/kept-long"));
    const impatient = workshop.createGit({ lockWaitMs: 0 });

    await expect(impatient.openMirror(workshop.mirrorOf("acme/kept-long"))).rejects.toMatchObject({
      code: "GIT_TIMED_OUT",
    });
  });

  test("leaves nothing of a job behind", async () => {
    await newRepository("acme/tidy");
    await fetchOnce("acme/tidy");

    expect(await readdir(join(workshop.directory, "work"))).toEqual([]);
    expect(await readdir(join(workshop.directory, "home"))).toEqual([]);
    expect((await readdir(workshop.mirrorsDir)).filter((name) => /\.(new|aside)-/.test(name))).toEqual([]);
  });
});

test("what processes left that were killed is removed in time", async () => {
  await newRepository("acme/left");
  await fetchOnce("acme/left");
  const pack = join(await mirrorDirectory("acme/left"), "objects", "pack", "tmp_pack_x");
  const [old, young] = [join(workshop.directory, "work", "git-old"), join(workshop.directory, "work", "git-young")];
  const aside = join(workshop.mirrorsDir, "x.git.aside-1");
  await Promise.all([mkdir(old), mkdir(young), mkdir(aside), writeFile(pack, "half")]);
  await Promise.all([old, aside].map((path) => utimes(path, 1, 1)));

  await using mirror = await workshop.createGit().openMirror(workshop.mirrorOf("acme/left"));

  expect(mirror).toBeDefined();
  await expect(readFile(pack)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readdir(join(workshop.directory, "work"))).toContain("git-young");
  expect(await readdir(join(workshop.directory, "work"))).not.toContain("git-old");
  expect(await readdir(workshop.mirrorsDir)).not.toContain("x.git.aside-1");
  await rm(young, { recursive: true });
});

describe("the lock of a mirror", () => {
  const options = { waitMs: 0, signal: undefined, clock: () => new Date() };

  test("is taken over from a process that was killed", async () => {
    const directory = join(workshop.directory, "lock-of-the-dead");
    await holdAndDie(directory);

    await using lock = await takeMirrorLock(directory, options);

    expect(lock).toBeDefined();
    await expect(takeMirrorLock(directory, options)).rejects.toMatchObject({ code: "GIT_TIMED_OUT" });
  });

  test("has one holder, however many want it, and however often one of them died", async () => {
    const directory = join(workshop.directory, "lock-of-many");
    await holdAndDie(directory);
    let holders = 0;
    let most = 0;

    await Promise.all(
      Array.from({ length: 40 }, async () => {
        await using _ = await takeMirrorLock(directory, { ...options, waitMs: 60_000 });
        holders += 1;
        most = Math.max(most, holders);
        await readdir(directory);
        holders -= 1;
      }),
    );

    expect(most).toBe(1);
    expect((await readdir(directory)).length).toBeLessThanOrEqual(2);
  });

  test("of a process that cannot be seen is taken over once it is silent", async () => {
    const directory = join(workshop.directory, "lock-of-another-machine");
    await mkdir(directory);
    await writeFile(join(directory, "1"), JSON.stringify({ world: "elsewhere", processId: 1, startedAt: "1" }));
    const later = (ms: number) => ({ ...options, clock: () => new Date(Date.now() + ms) });

    await expect(takeMirrorLock(directory, later(30_000))).rejects.toMatchObject({ code: "GIT_TIMED_OUT" });
    await using lock = await takeMirrorLock(directory, later(90_000));

    expect(lock).toBeDefined();
  });

  test("is not lost to one whose number the system has given again", async () => {
    const directory = join(workshop.directory, "lock-of-a-number");
    {
      await using _ = await takeMirrorLock(directory, options);
      const [name = ""] = await readdir(directory);
      const identity = JSON.parse(await readFile(join(directory, name), "utf8")) as Record<string, unknown>;
      await writeFile(join(directory, name), JSON.stringify({ ...identity, startedAt: "1" }));
      await using other = await takeMirrorLock(directory, options);
      expect(other).toBeDefined();
    }
    await rm(directory, { recursive: true });
  });
});

/** Another process takes the lock and is killed with it in its hands. */
async function holdAndDie(directory: string): Promise<void> {
  const script = `
    const { takeMirrorLock } = await import(${JSON.stringify(new URL("../../src/git/mirror-lock.ts", import.meta.url).href)});
    await takeMirrorLock(${JSON.stringify(directory)}, { waitMs: 0, signal: undefined, clock: () => new Date() });
    process.stdout.write("held");
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.once("exit", resolve));
}

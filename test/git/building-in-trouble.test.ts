import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Git } from "../../src/git/git.ts";
import { takeMirrorLock } from "../../src/git/mirror-lock.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
  const { repositories } = workshop.server;
  await repositories.create("acme/web");
  await repositories.commit("acme/web", [{ branch: "main", message: "One", files: { a: "a\n" }, at: 1 }]);
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function build(git: Git): Promise<string> {
  await using mirror = await git.openMirror(workshop.mirrorOf("acme/web"));
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const changes = [
    { path: Buffer.from("b"), kind: "put", mode: "100644", bytes: () => Buffer.from("b".repeat(100_000)) } as const,
  ];
  const { commitSha } = await mirror.buildCommit({ baseSha: sha, changes, message: "Two", atSeconds: 2 });
  return commitSha;
}

test("a git that hangs while it builds is ended, and the next makes the same commit", async () => {
  const hanging = join(workshop.directory, "git-that-hangs");
  await writeFile(
    hanging,
    `#!/bin/sh\ncase "$*" in *index-pack*--fsck-objects*) sleep 1000 ;; *) exec /usr/bin/git "$@" ;; esac\n`,
    { mode: 0o700 },
  );
  const commit = await build(workshop.git);
  // git takes the pack of a fetch in by itself: only what is built is taken in by a git of ours, which here has no time at all.
  await expect(build(workshop.createGit({ gitPath: hanging, localTimeoutMs: 3000 }))).rejects.toMatchObject({
    code: "GIT_TIMED_OUT",
  });

  expect(await build(workshop.git)).toBe(commit);
});

describe.skipIf(!canMount())("on a disk that is really full", () => {
  test("the work waits for room, and leaves what it had kept", async () => {
    await using disk = await smallDisk("full-disk");
    const git = workshop.createGit({ mirrorsDir: disk.path });
    const commit = await build(git);
    await using mirror = await git.openMirror(workshop.mirrorOf("acme/web"));
    disk.fill();
    const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)));
    const changes = [{ path: Buffer.from("c"), kind: "put", mode: "100644", bytes: () => bytes } as const];

    const building = mirror.buildCommit({ baseSha: commit, changes, message: "Three", atSeconds: 3 });

    await expect(building).rejects.toMatchObject({ code: "STORE_FULL", message: expect.stringContaining("No space") });
    expect((await readdir(disk.path)).filter((name) => name.endsWith(".git"))).toEqual([]);
  });

  test("a mirror that is held can be given back", async () => {
    await using disk = await smallDisk("full-lock");
    const wait = { waitMs: 0, signal: undefined, clock: () => new Date() };
    const held = await takeMirrorLock(join(disk.path, "lock"), wait);
    disk.fill();

    await held[Symbol.asyncDispose]();

    await rm(disk.filler);
    await using again = await takeMirrorLock(join(disk.path, "lock"), wait);
    expect(again).toBeDefined();
  });
});

/** A megabyte in memory. */
async function smallDisk(name: string): Promise<AsyncDisposable & { path: string; filler: string; fill: () => void }> {
  const path = join(workshop.directory, name);
  const filler = join(path, "filler");
  await mkdir(path);
  execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path]);
  return {
    path,
    filler,
    fill: () => void execFileSync("/bin/sh", ["-c", `cat /dev/zero > "$1" 2>/dev/null || true`, "sh", filler]),
    [Symbol.asyncDispose]: async () => void execFileSync("/bin/umount", [path]),
  };
}

/** Only root may, and not in every container. */
function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0 || !existsSync("/bin/mount")) return false;
  const folder = mkdtempSync(join(tmpdir(), "pullwright-mount-"));
  try {
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    execFileSync("/bin/umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

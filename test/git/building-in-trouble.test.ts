import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmdirSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Git } from "../../src/git/git.ts";
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

test.skipIf(!canMount())(
  "on a disk that is really full the work waits for room, and leaves what it had kept",
  async () => {
    const mirrorsDir = join(workshop.directory, "full-disk");
    await mkdir(mirrorsDir);
    execFileSync("/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mirrorsDir]);
    try {
      const git = workshop.createGit({ mirrorsDir });
      const commit = await build(git);
      await using mirror = await git.openMirror(workshop.mirrorOf("acme/web"));
      execFileSync("sh", ["-c", `cat /dev/zero > "$1" 2>/dev/null || true`, "sh", join(mirrorsDir, "filler")]);
      const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)));
      const changes = [{ path: Buffer.from("c"), kind: "put", mode: "100644", bytes: () => bytes } as const];

      const building = mirror.buildCommit({ baseSha: commit, changes, message: "Three", atSeconds: 3 });

      await expect(building).rejects.toMatchObject({
        code: "STORE_FULL",
        message: expect.stringContaining("No space"),
      });
      expect((await readdir(mirrorsDir)).filter((name) => name.endsWith(".git"))).toEqual([]);
    } finally {
      execFileSync("/bin/umount", [mirrorsDir]);
    }
  },
);

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

import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChild } from "../../src/child/run-child.ts";
import type { ChangeSummary, ChangesWanted } from "../../src/git/git.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

type Trapped = { root: string; base: string; sprung: () => Promise<string[]>; trap: (name: string) => Promise<string> };

/** A checkout, and scripts that leave a mark when something runs them. */
async function newCheckout(): Promise<Trapped> {
  const root = await mkdtemp(join(await workshop.folder("trapped"), "c-"));
  const marks = `${root}-marks`;
  await mkdir(marks);
  await workshop.theirGit(root, ["init", "--quiet", "--initial-branch=main"]);
  await mkdir(join(root, "src"));
  await writeFile(join(root, "src", "a.txt"), "a\n");
  await writeFile(join(root, "b.txt"), "b\n");
  await workshop.theirGit(root, ["add", "--all"]);
  await workshop.theirGit(root, ["commit", "--quiet", "--message=One"]);
  const base = (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();
  return {
    root,
    base,
    sprung: () => readdir(marks),
    trap: async (name) => {
      const script = `${marks}.${name}.sh`;
      await writeFile(script, `#!/bin/sh\ntouch '${marks}/${name}'\ncat 2>/dev/null || true\n`, { mode: 0o755 });
      return script;
    },
  };
}

async function readWork(root: string, baseSha: string, wanted: Partial<ChangesWanted> = {}): Promise<ChangeSummary[]> {
  const checkout = await workshop.git.readCheckout(root);
  await checkout.baseSha("origin", "main");
  const limits = { filesMax: 100, fileBytesMax: 1_000_000, totalBytesMax: 10_000_000 };
  await using found = await workshop.git.changesOfCheckout(checkout, { baseSha, ...limits, ...wanted });
  return found.summary;
}

/** Each sets a trap; `control` is how git itself falls into it. */
const traps: [string, (checkout: Trapped) => Promise<void>, (checkout: Trapped) => Promise<unknown>][] = [
  [
    "a file system monitor",
    async ({ root, trap }) => {
      await workshop.theirGit(root, ["config", "core.fsmonitor", await trap("monitor")]);
    },
    ({ root }) => workshop.theirGit(root, ["status"]),
  ],
  [
    "a filter",
    async ({ root, trap }) => {
      await workshop.theirGit(root, ["config", "filter.evil.clean", await trap("clean")]);
      await writeFile(join(root, ".git", "info", "attributes"), "b.txt filter=evil\n");
    },
    ({ root }) => workshop.theirGit(root, ["add", "--all"]),
  ],
  [
    "a filter that is a process",
    async ({ root, trap }) => {
      await workshop.theirGit(root, ["config", "filter.evil.process", await trap("process")]);
      await workshop.theirGit(root, ["config", "filter.evil.required", "true"]);
      await writeFile(join(root, ".gitattributes"), "src/a.txt filter=evil\n");
    },
    ({ root }) => workshop.theirGit(root, ["add", "--all"]).catch(() => ""),
  ],
  [
    "a program that shows differences",
    async ({ root, trap }) => {
      await workshop.theirGit(root, ["config", "diff.evil.textconv", await trap("textconv")]);
      await workshop.theirGit(root, ["config", "diff.external", await trap("external")]);
      await writeFile(join(root, ".git", "info", "attributes"), "* diff=evil\n");
    },
    ({ root }) => workshop.theirGit(root, ["diff"]),
  ],
  [
    "a hook for changes of the index",
    async ({ root, trap }) => {
      await rename(await trap("post-index-change"), join(root, ".git", "hooks", "post-index-change"));
    },
    ({ root }) => workshop.theirGit(root, ["add", "--all"]),
  ],
  [
    "hooks in a place of its own",
    async ({ root, trap }) => {
      const hooks = `${root}-hooks`;
      await mkdir(hooks);
      await rename(await trap("hookspath"), join(hooks, "post-index-change"));
      await workshop.theirGit(root, ["config", "core.hooksPath", hooks]);
    },
    ({ root }) => workshop.theirGit(root, ["add", "--all"]),
  ],
  [
    "settings that are included",
    async ({ root, trap }) => {
      await writeFile(`${root}-more`, `[core]\n\tfsmonitor = ${await trap("included")}\n`);
      await workshop.theirGit(root, ["config", "include.path", `${root}-more`]);
    },
    ({ root }) => workshop.theirGit(root, ["status"]),
  ],
  [
    "a submodule with a monitor of its own",
    async ({ root, trap }) => {
      const inner = `${root}-inner`;
      await mkdir(inner);
      await workshop.theirGit(inner, ["init", "--quiet"]);
      await workshop.theirGit(inner, ["commit", "--quiet", "--allow-empty", "--message=Inner"]);
      await workshop.theirGit(root, ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub"]);
      await workshop.theirGit(root, ["rm", "--quiet", "--cached", ".gitmodules", "sub"]);
      await workshop.theirGit(root, ["update-index", "--add", "--cacheinfo", `160000,${await innerHead(inner)},sub`]);
      await workshop.theirGit(join(root, "sub"), ["config", "core.fsmonitor", await trap("sub-monitor")]);
    },
    ({ root }) => workshop.theirGit(root, ["status"]),
  ],
];

async function innerHead(root: string): Promise<string> {
  return (await workshop.theirGit(root, ["rev-parse", "HEAD"])).trim();
}

describe("reading somebody's work does not spring", () => {
  test.each(traps)("%s", async (_, set, control) => {
    const checkout = await newCheckout();
    await appendFile(join(checkout.root, "b.txt"), "changed\n");
    await set(checkout);

    const ending = await readWork(checkout.root, checkout.base).then(
      () => "read",
      (error: { code?: string }) => error.code,
    );

    expect(["read", "UNSUPPORTED_ENTRY"]).toContain(ending);
    expect(await checkout.sprung()).toEqual([]);
    await control(checkout);
    expect(await checkout.sprung()).not.toEqual([]);
  });
});

test("reading somebody's work leaves every byte and every time of it as it was", async () => {
  const { root, base } = await newCheckout();
  await appendFile(join(root, "b.txt"), "changed\n");
  await writeFile(join(root, "new.txt"), "new\r\n");
  await writeFile(join(root, ".gitattributes"), "* text=auto\n");
  await utimes(join(root, "src", "a.txt"), 1, 1);
  const before = await snapshot(root);

  await readWork(root, base);

  expect(await snapshot(root)).toEqual(before);
  // The control: looking is enough for git to write, when it is not told otherwise.
  await workshop.theirGit(root, ["status"]);
  expect(await snapshot(root)).not.toEqual(before);
});

async function snapshot(root: string): Promise<Record<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs, ctimeMs, size, ino, mode } = await lstat(path);
    const content = entry.isFile()
      ? (await readFile(path)).toString("hex")
      : entry.isSymbolicLink()
        ? await readlink(path)
        : "";
    return [path, [mtimeMs, ctimeMs, size, ino, mode, content].join(" ")] as const;
  });
  return Object.fromEntries(await Promise.all(lines));
}

describe("a link is never followed", () => {
  test("as a file, nor as a folder on the way", async () => {
    const { root, base } = await newCheckout();
    const outside = `${root}-outside`;
    await mkdir(outside);
    await writeFile(join(outside, "a.txt"), "secret of somebody else\n");
    await rm(join(root, "src"), { recursive: true });
    await symlink(outside, join(root, "src"));
    await rm(join(root, "b.txt"));
    await symlink(join(outside, "a.txt"), join(root, "b.txt"));
    const heard: string[] = [];

    const summary = await readWork(root, base, {
      onBytes: (path, bytes) => void heard.push(`${path}: ${bytes.toString()}`),
    });

    expect(summary).toEqual([
      { path: "b.txt", status: "changed" },
      { path: "src", status: "added" },
      { path: "src/a.txt", status: "deleted" },
    ]);
    expect(heard.join("\n")).not.toContain("secret of somebody else");
    expect(await readWork(root, base, { only: ["src/a.txt"] })).toEqual([{ path: "src/a.txt", status: "deleted" }]);
  });

  test("not even one that is put there while we look", async () => {
    const { root, base } = await newCheckout();
    const outside = `${root}-outside`;
    await mkdir(outside);
    await writeFile(join(outside, "a.txt"), "secret of somebody else\n");
    await rename(join(root, "src"), `${root}-real`);
    await symlink(`${root}-real`, join(root, "src"));
    const swapping = new AbortController();
    // Two links and a folder take turns at one name for as long as we read.
    const swap = runChild({
      file: "/bin/sh",
      args: [
        "-c",
        `cd '${root}'; while :; do rm -rf src; ln -s '${outside}' src; rm src; cp -r '${root}-real' src; echo x >>src/a.txt; done`,
      ],
      env: { PATH: "/usr/bin:/bin" },
      cwd: root,
      stdout: { keep: "all", bytesMax: 1000 },
      timeoutMs: 60_000,
      signal: swapping.signal,
    });
    const heard: string[] = [];

    for (let round = 0; round < 15; round += 1) {
      await readWork(root, base, { onBytes: (_, bytes) => void heard.push(bytes.toString()) }).catch(() => undefined);
    }
    // The control: whoever just opens the file falls for it.
    let isFallenFor = false;
    for (let round = 0; round < 100_000 && !isFallenFor; round += 1) {
      const text = await readFile(join(root, "src", "a.txt"), "utf8").catch(() => "");
      isFallenFor = text.includes("secret of somebody else");
    }
    swapping.abort();
    await swap;

    expect(isFallenFor).toBe(true);

    expect(heard.join("\n")).not.toContain("secret of somebody else");
  });
});

test("a `.git` that is a trap itself is refused: pipes, endless files, and names that lead out", async () => {
  const pipe = await newCheckout();
  await rm(join(pipe.root, ".git", "HEAD"));
  await runChild({
    file: "/usr/bin/mkfifo",
    args: [join(pipe.root, ".git", "HEAD")],
    env: {},
    cwd: "/",
    stdout: { keep: "all", bytesMax: 1 },
    timeoutMs: 10_000,
  });
  await expect(workshop.git.readCheckout(pipe.root)).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });

  const endless = await newCheckout();
  await rm(join(endless.root, ".git", "config"));
  await symlink("/dev/zero", join(endless.root, ".git", "config"));
  await expect(workshop.git.readCheckout(endless.root)).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });

  const leading = await newCheckout();
  await writeFile(join(leading.root, ".git", "HEAD"), "ref: refs/../../../../etc/passwd\n");
  await expect(workshop.git.readCheckout(leading.root)).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });

  const pointing = await newCheckout();
  await rename(join(pointing.root, ".git"), `${pointing.root}-git`);
  await writeFile(join(pointing.root, ".git"), "gitdir: /nowhere\n");
  await expect(workshop.git.readCheckout(pointing.root)).rejects.toMatchObject({ code: "CHECKOUT_NOT_FOUND" });
});

test("what a commit's secret scan finds ends the reading", async () => {
  const { root, base } = await newCheckout();
  await writeFile(join(root, "new.txt"), "the secret\n");

  const reading = readWork(root, base, {
    onBytes: (path, bytes) => {
      if (bytes.includes("the secret")) throw new Error(`found in ${path}`);
    },
  });

  await expect(reading).rejects.toThrow("found in new.txt");
});

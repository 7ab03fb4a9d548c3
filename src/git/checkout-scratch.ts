import { copyFile, lstat, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitPlace } from "./git-environment.ts";
import { readPlainFile } from "./plain-file.ts";
import type { Checkout } from "./read-checkout.ts";
import { gitFailed, runGit, type GitCommand, type GitSaid, type GitSurroundings } from "./run-git.ts";

type Command = Omit<GitCommand, "place" | "network">;

/** A repository of ours that looks upon somebody's files and objects. */
export type Scratch = AsyncDisposable & {
  /** Where git may leave what it needs; removed with the scratch. */
  directory: string;
  /** The checkout's. */
  root: string;
  /** Has no index before `takeIndex`. */
  run: (command: Command) => Promise<GitSaid>;
  /** @throws {PullwrightError} GIT_FAILED */
  runWell: (command: Command) => Promise<Buffer>;
  /** Makes the index a copy of the checkout's; false when there is none. */
  takeIndex: () => Promise<boolean>;
  dropIndex: () => Promise<void>;
};

/**
 * Makes a repository that git can look upon a checkout from: its own settings, no hooks, the checkout's folder as its working tree, the checkout's
 * objects to read, and objects of its own to write. Nothing that the checkout configures is ever read by git as settings; what describes its files
 * (what is ignored, how lines end) is copied.
 */
export async function openScratch(
  checkout: Pick<Checkout, "root" | "gitDir" | "commonDir" | "config">,
  surroundings: GitSurroundings,
): Promise<Scratch> {
  const { root, gitDir, commonDir, config } = checkout;
  const directory = await mkdtemp(join(surroundings.temporaryDir, "scratch-"));
  const place: GitPlace = {
    gitDir: directory,
    workTree: root,
    indexFile: join(directory, "index"),
    objectDirectory: join(directory, "objects"),
    alternateObjectDirectories: [join(commonDir, "objects")],
  };
  await Promise.all([
    ...["objects", "refs", "info"].map((name) => mkdir(join(directory, name))),
    writeFile(join(directory, "HEAD"), "ref: refs/heads/none\n"),
    writeFile(join(directory, "config"), configText(config.format)),
  ]);
  await Promise.all([
    copySmall(join(commonDir, "shallow"), join(directory, "shallow")),
    copySmall(join(commonDir, "info", "exclude"), join(directory, "info", "exclude")),
    copySmall(join(commonDir, "info", "attributes"), join(directory, "info", "attributes")),
  ]);

  const run = (command: Command) =>
    runGit(
      {
        ...command,
        place,
        settings: [...config.reading, ["core.commitGraph", "false"], ...(command.settings ?? [])],
      },
      surroundings,
    );
  return {
    directory,
    root,
    run,
    runWell: async (command) => {
      const said = await run(command);
      if (said.code !== 0) throw gitFailed(command.args, said, surroundings.redact);
      return said.stdout;
    },
    takeIndex: () => copyIndex(gitDir, directory),
    dropIndex: () => rm(join(directory, "index"), { force: true }),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true, maxRetries: 3 }),
  };
}

function configText(format: "sha1" | "sha256"): string {
  return format === "sha1"
    ? "[core]\n\trepositoryformatversion = 0\n"
    : "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n";
}

async function copySmall(from: string, to: string): Promise<void> {
  const bytes = await readPlainFile(from, 16 * 1024 * 1024);
  if (bytes !== null) await writeFile(to, bytes);
}

/**
 * The checkout's index remembers which files it saw last and when, which saves reading them all. A file that was changed in the same moment in which
 * the index was written must be read all the same; git knows that moment by the index file's own time, so the copy gets it, rounded down.
 */
async function copyIndex(gitDir: string, directory: string): Promise<boolean> {
  const names = (await readdir(gitDir).catch(() => [])).filter(
    (name) => name === "index" || name.startsWith("sharedindex."),
  );
  let isThere = false;
  for (const name of names) {
    const stats = await lstat(join(gitDir, name));
    if (!stats.isFile()) continue;
    await copyFile(join(gitDir, name), join(directory, name));
    const seconds = Math.floor(stats.mtimeMs / 1000);
    await utimes(join(directory, name), seconds, seconds);
    isThere ||= name === "index";
  }
  return isThere;
}

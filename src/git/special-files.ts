import { lstat, readdir } from "node:fs/promises";
import type { Scratch } from "./checkout-scratch.ts";
import { nulEnded } from "./nul-ended.ts";

type Wanted = {
  /** Whether anything at or below a folder, as latin1, is of interest. */
  mayHold: (folder: string) => boolean;
  /** Whether a path, as latin1, is of interest. */
  holds: (path: string) => boolean;
  /** Whether what is ignored is of no interest. */
  isIgnoredLeftOut: boolean;
};

/**
 * Finds pipes, sockets and devices in a working tree. git does not see them, so nobody would learn that they are in no commit. Links are not followed.
 * Asks git what is ignored only when something was found, which is seldom: to know it before would take longer than to look everywhere.
 */
export async function findSpecialFiles(
  scratch: Pick<Scratch, "root" | "run">,
  { mayHold, holds, isIgnoredLeftOut }: Wanted,
): Promise<Buffer[]> {
  const found = (await specialFilesBelow(scratch.root, mayHold)).filter((path) => holds(path.toString("latin1")));
  return isIgnoredLeftOut && found.length > 0 ? withoutIgnored(scratch, found) : found;
}

/** A tree wider than this is not searched to its end. */
const entriesMax = 500_000;
const foldersAtOnce = 2;

async function specialFilesBelow(root: string, mayHold: (folder: string) => boolean): Promise<Buffer[]> {
  const special: Buffer[] = [];
  const folders = [""];
  let entriesSeen = 0;
  for (let some = folders.splice(-foldersAtOnce); some.length > 0; some = folders.splice(-foldersAtOnce)) {
    await Promise.all(some.map(look));
    if (entriesSeen > entriesMax) break;
  }
  return special;

  async function look(folder: string): Promise<void> {
    const entries = await readdir(pathOf(root, folder), { withFileTypes: true, encoding: "buffer" }).catch(() => []);
    entriesSeen += entries.length;
    for (const entry of entries) {
      if (entry.isFile() || entry.isSymbolicLink()) continue;
      const name = entry.name.toString("latin1");
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!entry.isDirectory()) {
        if (await isSpecial(pathOf(root, path))) special.push(Buffer.from(path, "latin1"));
      } else if (name !== ".git" && mayHold(path)) {
        folders.push(path);
      }
    }
  }
}

function pathOf(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(root), ...(path === "" ? [] : [Buffer.from(`/${path}`, "latin1")])]);
}

/** Some file systems do not say in a listing what an entry is. */
async function isSpecial(path: Buffer): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();
}

/** Where git cannot say, nothing counts as ignored: a pipe too many is told, not one too few. */
async function withoutIgnored({ run }: Pick<Scratch, "run">, paths: Buffer[]): Promise<Buffer[]> {
  // This command knows no literal paths. With `./` before it, no name says how it is to be read.
  const asked = paths.map((path) => Buffer.concat([Buffer.from("./"), path]));
  const said = await run({
    // The index, in which such a path can be a submodule's, has no say in it.
    args: ["--no-literal-pathspecs", "check-ignore", "-z", "--stdin", "--no-index"],
    stdin: nulEnded(asked),
    stdoutBytesMax: 256 * 1024 * 1024,
  });
  const ignored = new Set(said.code === 0 ? said.stdout.toString("latin1").split("\0") : []);
  return paths.filter((_, index) => !ignored.has(asked[index]?.toString("latin1") ?? ""));
}

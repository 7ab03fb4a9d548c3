import type { Scratch } from "./checkout-scratch.ts";
import { gitFailed } from "./run-git.ts";
import type { EntryMode } from "./tree-entry.ts";

/** A path that may differ from the base, and what the base has there. */
export type PossibleChange = { path: Buffer; base: { mode: EntryMode; id: string } | null };

export type PossibleChanges = {
  paths: PossibleChange[];
  /** Folders that are repositories of their own, and belong to no commit of this one. */
  nested: Buffer[];
  /** Folders of which everything is ignored, as latin1. */
  ignoredFolders: Set<string>;
};

/**
 * Asks git which paths of the working tree may differ from the base: files that look touched since the checkout's index last saw them, files that the
 * base does not have and that are not ignored, and files that were added although they are ignored. git looks, and runs nothing to see better: it may
 * name files that turn out to be the same.
 *
 * @param asked.named paths below which ignored files count too
 */
export async function possibleChanges(
  scratch: Scratch,
  baseSha: string,
  { named, isSparse, redact }: { named: string[]; isSparse: boolean; redact: (text: string) => string },
): Promise<PossibleChanges> {
  const addedByForce = await addedToTheirIndex(scratch, baseSha, redact);
  const absentByChoice = isSparse ? await outsideSparseCheckout(scratch) : new Set();
  // What the base has, with the memory of the checkout's index for every file that is the same in both.
  await scratch.runWell({ args: ["read-tree", "--reset", baseSha] });
  const [touched, untracked, ignored, ...namedFiles] = await Promise.all([
    scratch.runWell({
      args: ["diff-files", "--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"],
      stdoutBytesMax: listBytesMax,
    }),
    scratch.runWell({ args: ["ls-files", "--others", "--exclude-standard", "-z"], stdoutBytesMax: listBytesMax }),
    scratch.runWell({
      args: ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"],
      stdoutBytesMax: listBytesMax,
    }),
    ...inPortions(named).map((portion) =>
      scratch.runWell({
        args: ["ls-files", "--others", "-z", "--", ...portion.map((path) => (path === "" ? "." : path))],
        stdoutBytesMax: listBytesMax,
      }),
    ),
  ]);

  const others = [untracked, ...namedFiles].flatMap((list) => pathsIn(list));
  const found = new Map<string, PossibleChange>();
  for (const change of rawLines(touched)) {
    if (!absentByChoice.has(change.path.toString("latin1"))) found.set(change.path.toString("latin1"), change);
  }
  for (const path of [...others.filter((one) => !isFolder(one)), ...addedByForce]) {
    const key = path.toString("latin1");
    if (!found.has(key)) found.set(key, { path, base: null });
  }
  return {
    paths: [...found.values()].toSorted((a, b) => Buffer.compare(a.path, b.path)),
    nested: others.filter(isFolder).map((path) => path.subarray(0, -1)),
    ignoredFolders: new Set(
      pathsIn(ignored)
        .filter(isFolder)
        .map((path) => path.toString("latin1", 0, path.length - 1)),
    ),
  };
}

const listBytesMax = 256 * 1024 * 1024;

/**
 * Files that their index has and the base has not. An index that cannot be read is left aside: it only saved reading.
 */
async function addedToTheirIndex(
  scratch: Scratch,
  baseSha: string,
  redact: (text: string) => string,
): Promise<Buffer[]> {
  const args = [
    "diff-index",
    "--cached",
    "--raw",
    "-z",
    "--no-abbrev",
    "--ignore-submodules=dirty",
    "--diff-filter=A",
    baseSha,
    "--",
  ];
  const said = await scratch.run({ args, stdoutBytesMax: listBytesMax });
  if (said.code === 0) return rawLines(said.stdout).map(({ path }) => path);
  await scratch.dropIndex();
  const again = await scratch.run({ args, stdoutBytesMax: listBytesMax });
  if (again.code !== 0) throw gitFailed(args, again, redact);
  return [];
}

/** In a sparse checkout files are left out on purpose; that they are not there says nothing. */
async function outsideSparseCheckout(scratch: Scratch): Promise<Set<string>> {
  const listed = await scratch.runWell({ args: ["ls-files", "-t", "-z"], stdoutBytesMax: listBytesMax });
  const absent = pathsIn(listed).filter((line) => line[0] === 0x53 && line[1] === 0x20);
  return new Set(absent.map((line) => line.toString("latin1", 2)));
}

/** `:<old mode> <new mode> <old id> <new id> <status>`, NUL, path, NUL. */
function rawLines(list: Buffer): PossibleChange[] {
  const parts = pathsIn(list);
  const changes: PossibleChange[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [oldMode = "", newMode = "", id = ""] = (parts[index] as Buffer).toString("latin1", 1).split(" ");
    const path = parts[index + 1] as Buffer;
    const isNew = oldMode === "000000";
    changes.push({ path, base: isNew ? submoduleOnly(newMode) : { mode: modeOf(oldMode), id } });
  }
  return changes;
}

/** A submodule that the base does not have cannot be told by its path alone. */
function submoduleOnly(mode: string): PossibleChange["base"] {
  return mode === "160000" ? { mode: "160000", id: "" } : null;
}

function modeOf(text: string): EntryMode {
  switch (text) {
    case "100755":
    case "120000":
    case "160000":
      return text;
    default:
      return "100644";
  }
}

function pathsIn(list: Buffer): Buffer[] {
  const paths: Buffer[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    if (end < 0) break;
    paths.push(list.subarray(at, end));
    at = end + 1;
  }
  return paths;
}

function isFolder(path: Buffer): boolean {
  return path.at(-1) === 0x2f;
}

/** A command line has an end. */
function inPortions(paths: string[]): string[][] {
  const portions: string[][] = [];
  let bytes = Infinity;
  for (const path of paths) {
    bytes += Buffer.byteLength(path) + 1;
    if (bytes > 60_000) {
      portions.push([]);
      bytes = Buffer.byteLength(path) + 1;
    }
    portions.at(-1)?.push(path);
  }
  return portions;
}

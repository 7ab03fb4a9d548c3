import { PullwrightError } from "../domain/error.ts";
import { allEnded } from "./all-ended.ts";
import type { Scratch } from "./checkout-scratch.ts";
import { nulEndedWords } from "./nul-ended.ts";
import type { EntryMode } from "./tree-entry.ts";

/** A path that may differ from the base, and what the base has there. */
export type PossibleChange = { path: Buffer; base: { mode: EntryMode; id: string } | null };

export type PossibleChanges = {
  paths: PossibleChange[];
  /** Folders that are repositories of their own, and belong to no commit of this one. */
  nested: Buffer[];
};

type Asked = {
  /** Paths below which ignored files count too. */
  named: string[];
  isSparse: boolean;
};

/**
 * Asks git which paths of the working tree may differ from the base: what the checkout's index has otherwise than the base, files that look touched since
 * that index last saw them, and files that it does not have and that are not ignored. git looks, and runs nothing to see better: it may name files that
 * turn out to be the same.
 */
export async function possibleChanges(scratch: Scratch, baseSha: string, asked: Asked): Promise<PossibleChanges> {
  if (await scratch.takeIndex()) {
    try {
      return await compare(scratch, baseSha, asked);
    } catch (error) {
      // An index that cannot be read is left aside: it only saved reading.
      if (!(error instanceof PullwrightError) || error.code !== "GIT_FAILED") throw error;
      await scratch.dropIndex();
    }
  }
  await scratch.runWell({ args: ["read-tree", baseSha] });
  return compare(scratch, baseSha, asked);
}

/** All of it at once: each of them only reads, and takes its time over a wide tree. */
async function compare(scratch: Scratch, baseSha: string, { named, isSparse }: Asked): Promise<PossibleChanges> {
  const [staged, touched, absentByChoice, untracked, ...namedFiles] = await allEnded([
    listed(scratch, ["diff-index", "--cached", ...asRawLines, baseSha, "--"]),
    listed(scratch, ["diff-files", ...asRawLines]),
    isSparse ? outsideSparseCheckout(scratch) : new Set<string>(),
    listed(scratch, ["ls-files", "--others", "--exclude-standard", "-z"]),
    ...inPortions(named).map((portion) =>
      listed(scratch, ["ls-files", "--others", "-z", "--", ...portion.map((path) => (path === "" ? "." : path))]),
    ),
  ]);

  const found = new Map<string, PossibleChange>();
  const nested = new Map<string, Buffer>();
  const others = [untracked, ...namedFiles].flatMap(nulEndedWords);
  const note = (change: PossibleChange) => {
    const key = keyOf(change.path);
    // What was staged comes first: of such a file the others compare with the index, not with the base.
    if (!found.has(key) && !absentByChoice.has(key)) found.set(key, change);
  };
  for (const { path, base, isSubmodule } of [...rawLines(staged), ...rawLines(touched)]) {
    if (base === null && isSubmodule) nested.set(keyOf(path), path);
    else note({ path, base });
  }
  for (const path of others) {
    if (path.at(-1) !== 0x2f) note({ path, base: null });
    else nested.set(keyOf(path.subarray(0, -1)), path.subarray(0, -1));
  }
  return {
    paths: [...found.values()].toSorted((a, b) => Buffer.compare(a.path, b.path)),
    nested: [...nested.values()],
  };
}

const asRawLines = ["--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty"];

function listed(scratch: Scratch, args: string[]): Promise<Buffer> {
  return scratch.runWell({ args, stdoutBytesMax: 256 * 1024 * 1024 });
}

/** In a sparse checkout files are left out on purpose; that they are not there says nothing. */
async function outsideSparseCheckout(scratch: Scratch): Promise<Set<string>> {
  const lines = nulEndedWords(await listed(scratch, ["ls-files", "-t", "-z"]));
  const absent = lines.filter((line) => line[0] === 0x53 && line[1] === 0x20);
  return new Set(absent.map((line) => line.toString("latin1", 2)));
}

/** `base` is what stands on the old side, `isSubmodule` is said of the new one. */
type RawLine = PossibleChange & { isSubmodule: boolean };

/** `:<old mode> <new mode> <old id> <new id> <status>`, NUL, path, NUL. */
function rawLines(lines: Buffer): RawLine[] {
  const parts = nulEndedWords(lines);
  const changes: RawLine[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [oldMode = "", newMode = "", id = ""] = (parts[index] as Buffer).toString("latin1", 1).split(" ");
    const base = oldMode === "000000" ? null : { mode: modeOf(oldMode), id };
    changes.push({ path: parts[index + 1] as Buffer, base, isSubmodule: newMode === "160000" });
  }
  return changes;
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

/** As latin1 each byte is one character. */
function keyOf(path: Buffer): string {
  return path.toString("latin1");
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

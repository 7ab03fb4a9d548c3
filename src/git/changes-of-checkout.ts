import { lstat } from "node:fs/promises";
import { PullwrightError } from "../domain/error.ts";
import { allEnded } from "./all-ended.ts";
import { openScratch, type Scratch } from "./checkout-scratch.ts";
import { shownPath, type FileChange } from "./file-change.ts";
import { formatOfId, isObjectId, objectId } from "./object-id.ts";
import { possibleChanges, type PossibleChange } from "./possible-changes.ts";
import type { Checkout } from "./read-checkout.ts";
import type { GitSurroundings } from "./run-git.ts";
import { findSpecialFiles } from "./special-files.ts";
import type { Spool } from "./spool.ts";
import { isLfsPointerTo, storedForms, type StoredForm } from "./stored-form.ts";
import { checkLinkPath, checkTreePath } from "./tree-path.ts";
import { isAtOrBelow, wantedPaths } from "./wanted-paths.ts";
import { createWorkFileReader, type WorkFile } from "./work-file.ts";

export type ChangesWanted = {
  baseSha: string;
  /** Only what is at or below these paths, and there ignored files too; everything that is not ignored without it. */
  only?: string[];
  /** Folders whose content is never part of the work. */
  leaveOut?: string[];
  filesMax: number;
  fileBytesMax: number;
  totalBytesMax: number;
  /** Hears every byte that would be committed, before it is returned; what it throws ends the reading. */
  onBytes?: (path: string, bytes: Buffer) => void;
};

export type ChangeSummary = {
  path: string;
  status: "added" | "changed" | "deleted" | "renamed";
  /** What a renamed file was called. */
  from?: string;
};

export type CheckoutChanges = {
  changes: FileChange[];
  summary: ChangeSummary[];
  /** What is there and cannot be part of a commit, and why. */
  skipped: { path: string; because: string }[];
};

/**
 * What differs between a commit and the files of a checkout, whether it was committed there, staged, or only written. Each file's bytes are read once and
 * kept, as git would store them, so that what was looked at is what is committed. Writes nothing into the checkout and runs nothing of it.
 *
 * The kept bytes live in the surroundings' temporary directory, until the spool is disposed of.
 *
 * @throws {PullwrightError} WORK_TOO_LARGE, PATH_INVALID, PATH_IS_SYMLINK, UNSUPPORTED_ENTRY (submodules, and files that a program stores: LFS,
 * git-crypt), CHECKOUT_UNSAFE
 */
export async function changesOfCheckout(
  checkout: Checkout,
  wanted: ChangesWanted,
  surroundings: GitSurroundings,
  spool: Spool,
): Promise<CheckoutChanges> {
  if (!isObjectId(wanted.baseSha))
    throw new PullwrightError("BASE_NOT_ON_REMOTE", "A commit is named by its whole id.");
  const paths = wantedPaths(wanted);
  const rootBefore = await lstat(checkout.root, { bigint: true });

  await using scratch = await openScratch(checkout, surroundings);
  const [possible, special] = await allEnded([
    possibleChanges(scratch, wanted.baseSha, { named: paths.named, isSparse: isSparse(checkout) }),
    findSpecialFiles(scratch, { ...paths, isIgnoredLeftOut: paths.named.length === 0 }),
  ]);
  const candidates = possible.paths.filter(({ path }) => paths.holds(path.toString("latin1")));
  const found = await readCandidates(candidates, { checkout, wanted, scratch, spool });

  const rootAfter = await lstat(checkout.root, { bigint: true }).catch(() => null);
  if (rootAfter?.ino !== rootBefore.ino || rootAfter.dev !== rootBefore.dev) {
    throw new PullwrightError("CHECKOUT_UNSAFE", "The checkout was moved while it was read.");
  }
  const skipped = [
    ...found.skipped,
    ...(await missing(checkout.root, paths.named, candidates)),
    ...possible.nested
      .filter((path) => paths.holds(path.toString("latin1")))
      .map((path) => ({ path, because: "It is a repository of its own." })),
    ...special
      .filter((path) => !found.skipped.some((one) => one.path.equals(path)))
      .map((path) => ({ path, because: specialBecause })),
  ];
  return {
    changes: found.changes.map(({ change }) => change),
    summary: summarise(found.changes),
    skipped: skipped
      .toSorted((a, b) => Buffer.compare(a.path, b.path))
      .map(({ path, because }) => ({ path: shownPath(path), because })),
  };
}

function isSparse({ config }: Checkout): boolean {
  return config.reading.some(([key, value]) => key === "core.sparsecheckout" && value === "true");
}

/** What was named and is nowhere: neither here, nor gone from the base. A path that leads through a link is not here. */
async function missing(
  root: string,
  named: string[],
  candidates: PossibleChange[],
): Promise<{ path: Buffer; because: string }[]> {
  await using reader = createWorkFileReader(root, 0);
  const found: { path: Buffer; because: string }[] = [];
  for (const name of named.filter((one) => one !== "")) {
    const path = Buffer.from(name);
    if (candidates.some((one) => isAtOrBelow(one.path.toString("latin1"), path.toString("latin1")))) continue;
    if (!(await reader.exists(path))) found.push({ path, because: "There is no such file." });
  }
  return found;
}

const specialBecause = "It is a pipe, a socket or a device.";

type Found = { change: FileChange; base: PossibleChange["base"]; id: string | null };

type Reading = { checkout: Checkout; wanted: ChangesWanted; scratch: Scratch; spool: Spool };

async function readCandidates(
  candidates: PossibleChange[],
  { checkout, wanted, scratch, spool }: Reading,
): Promise<{ changes: Found[]; skipped: { path: Buffer; because: string }[] }> {
  const { reading, format } = checkout.config;
  const forms = await storedForms(
    scratch,
    candidates.map(({ path, base }) => ({ path, baseId: base?.id ?? null })),
    reading,
  );
  const files = { isExecutableKept: isOn(reading, "core.filemode"), areLinksKept: isOn(reading, "core.symlinks") };
  const changes: Found[] = [];
  const skipped: { path: Buffer; because: string }[] = [];
  let totalBytes = 0;

  await using reader = createWorkFileReader(checkout.root, wanted.fileBytesMax);
  for (const { path, base } of candidates) {
    if (base?.mode === "160000") throw unsupported(path, "is a submodule");
    const file = await reader.read(path);
    if (file.kind === "special") {
      skipped.push({ path, because: specialBecause });
      continue;
    }
    if (file.kind === "missing" || file.kind === "folder") {
      if (base !== null) changes.push({ change: { path, kind: "delete" }, base, id: null });
      continue;
    }

    const stored = await storedFile(file, path, base, { form: forms.get(path.toString("latin1")), scratch, files });
    const id = objectId(format, "blob", stored.bytes);
    if (base !== null && stored.isBase) continue;
    if (base?.id === id && base.mode === stored.mode) continue;
    if (stored.mode === "120000") checkLinkPath(path, "theirs");
    else checkTreePath(path, "theirs");

    totalBytes += stored.bytes.length;
    if (changes.length >= wanted.filesMax) throw tooLarge(`more than ${wanted.filesMax} changed files`);
    if (totalBytes > wanted.totalBytesMax) throw tooLarge(`more than ${wanted.totalBytesMax} bytes of changed files`);
    wanted.onBytes?.(shownPath(path), stored.bytes);
    const bytes = await spool.keep(stored.bytes);
    changes.push({ change: { path, kind: "put", mode: stored.mode, bytes }, base, id });
  }
  return { changes, skipped };
}

type Storing = {
  form: StoredForm | undefined;
  scratch: Scratch;
  files: { isExecutableKept: boolean; areLinksKept: boolean };
};

/** The bytes and the mode with which git would store a file; `isBase` when it is known to be the base's without comparing. */
async function storedFile(
  file: Extract<WorkFile, { kind: "file" | "link" }>,
  path: Buffer,
  base: PossibleChange["base"],
  { form, scratch, files }: Storing,
): Promise<{ mode: "100644" | "100755" | "120000"; bytes: Buffer; isBase: boolean }> {
  if (file.kind === "link") return { mode: "120000", bytes: file.target, isBase: false };
  // Where there are no links a link is a small file that holds its target.
  if (!files.areLinksKept && base?.mode === "120000") return { mode: "120000", bytes: file.bytes, isBase: false };
  const isExecutable = files.isExecutableKept ? file.isExecutable : base?.mode === "100755";
  const mode = isExecutable ? "100755" : "100644";
  const filter = form?.filter ?? null;
  if (filter === null) return { mode, bytes: (await form?.store(file.bytes)) ?? file.bytes, isBase: false };

  const isSame =
    base !== null &&
    base.mode === mode &&
    (objectId(formatOfId(base.id), "blob", file.bytes) === base.id ||
      (filter === "lfs" && (await isLfsPointerTo(scratch, base.id, file.bytes))));
  if (isSame) return { mode, bytes: file.bytes, isBase: true };
  throw unsupported(path, `is stored by the filter ${JSON.stringify(filter)}, which is not run here`);
}

function isOn(settings: [string, string][], key: string): boolean {
  return settings.findLast(([one]) => one === key)?.[1] !== "false";
}

/** A deleted file whose bytes are found in a new one was renamed. */
function summarise(found: Found[]): ChangeSummary[] {
  const deleted = found.filter(({ change, base }) => change.kind === "delete" && base !== null);
  const origins = new Map<string, Buffer[]>();
  for (const { change, base } of deleted) {
    origins.set(base?.id ?? "", [...(origins.get(base?.id ?? "") ?? []), change.path]);
  }
  const moved = new Set<Buffer>();
  const summary = found.map(({ change, base, id }): { change: FileChange; line: ChangeSummary } => {
    const path = shownPath(change.path);
    if (change.kind === "delete") return { change, line: { path, status: "deleted" } };
    if (base !== null) return { change, line: { path, status: "changed" } };
    const origin = id === null || isEmpty(id) ? undefined : origins.get(id)?.shift();
    if (origin === undefined) return { change, line: { path, status: "added" } };
    moved.add(origin);
    return { change, line: { path, status: "renamed", from: shownPath(origin) } };
  });
  return summary.filter(({ change }) => !moved.has(change.path)).map(({ line }) => line);
}

/** Empty files are all alike. */
function isEmpty(id: string): boolean {
  return id === objectId(formatOfId(id), "blob", Buffer.alloc(0));
}

function unsupported(path: Buffer, why: string): PullwrightError {
  return new PullwrightError("UNSUPPORTED_ENTRY", `${shownPath(path)} ${why}.`);
}

function tooLarge(what: string): PullwrightError {
  return new PullwrightError("WORK_TOO_LARGE", `The work has ${what}.`);
}

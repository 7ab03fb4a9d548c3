import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { PullwrightError } from "../domain/error.ts";
import type { ChangeSummary } from "./changes-of-checkout.ts";
import type { ExportedFiles } from "./export-files.ts";
import { withheldListName } from "./export-files.ts";
import { shownPath } from "./file-change.ts";
import type { ListedFile } from "./list-files.ts";
import { formatOfId, objectId } from "./object-id.ts";
import { checkTreePath } from "./tree-path.ts";
import { createWorkFileReader } from "./work-file.ts";
import { isWithheld } from "./withheld-names.ts";

export type CopyChangesWanted = {
  /** The folder that `exportFiles` made, whole. */
  directory: string;
  exported: Pick<ExportedFiles, "files">;
  /** Paths that are no part of the work. */
  leaveOut: string[];
  limits: { filesMax: number; fileBytesMax: number; totalBytesMax: number };
  /** Takes the bytes of each file that is new or changed, as they are to be committed. */
  keep: (file: KeptFile, bytes: Buffer) => Promise<void>;
};

export type KeptFile = { path: Buffer; mode: "100644" | "100755"; id: string };

export type CopyChanges = {
  kept: KeptFile[];
  deleted: Buffer[];
  summary: ChangeSummary[];
  /** What is there and is no part of the work, and why. */
  skipped: { path: string; because: string }[];
};

/**
 * What somebody changed in a plain copy, compared with what we wrote there: by the bytes alone. Links, pipes, whatever git could take for its own folder, and files
 * that tell agents what to do are left out and said to be. Nobody may be writing there any more.
 *
 * @throws {PullwrightError} WORK_TOO_LARGE, CHECKOUT_UNSAFE
 */
export async function changesOfCopy({
  directory,
  exported,
  leaveOut,
  limits,
  keep,
}: CopyChangesWanted): Promise<CopyChanges> {
  const before = new Map(exported.files.map((file) => [file.path.toString("latin1"), file]));
  const changes: CopyChanges = { kept: [], deleted: [], summary: [], skipped: [] };
  const paths = await filesBelow(directory, limits.filesMax + before.size, changes.skipped);
  const present = new Set(paths.map((path) => path.toString("latin1")));
  const notOurs = new Set([...leaveOut, withheldListName]);
  await using reader = createWorkFileReader(directory, limits.fileBytesMax);
  let totalBytes = 0;
  for (const path of paths) {
    if (notOurs.has(path.toString("utf8"))) continue;
    const old = before.get(path.toString("latin1"));
    const file = await reader.read(path);
    if (file.kind !== "file") {
      if (file.kind !== "missing") changes.skipped.push({ path: shownPath(path), because: "it is no file" });
      continue;
    }
    const mode = file.isExecutable ? "100755" : "100644";
    const id = objectId(formatOf(exported.files), "blob", file.bytes);
    if (old?.id === id && (old.mode === mode || old.mode === "120000")) continue;
    const because = whyNot(path, old);
    if (because !== null) {
      changes.skipped.push({ path: shownPath(path), because });
      continue;
    }
    totalBytes += file.bytes.length;
    if (changes.kept.length >= limits.filesMax || totalBytes > limits.totalBytesMax)
      throw new PullwrightError(
        "WORK_TOO_LARGE",
        `More than ${limits.filesMax} files or ${limits.totalBytesMax} bytes were changed.`,
      );
    const kept: KeptFile = { path, mode, id };
    await keep(kept, file.bytes);
    changes.kept.push(kept);
    changes.summary.push({ path: shownPath(path), status: old === undefined ? "added" : "changed" });
  }
  for (const { path } of exported.files) {
    if (present.has(path.toString("latin1"))) continue;
    changes.deleted.push(path);
    changes.summary.push({ path: shownPath(path), status: "deleted" });
  }
  return changes;
}

/** Every path that is no folder, in the order of its bytes; no link is followed. */
async function filesBelow(directory: string, filesMax: number, skipped: CopyChanges["skipped"]): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const root = Buffer.from(directory);
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await entriesOf(join(root, folder))) {
      const path = folder.length === 0 ? entry.name : join(folder, entry.name);
      const isFolder = entry.isDirectory() || (!entry.isFile() && (await lstat(join(root, path))).isDirectory());
      if (!isFolder) found.push(path);
      else if (entry.name.toString("latin1").toLowerCase() === ".git")
        skipped.push({ path: shownPath(path), because: "it is a folder of git's" });
      else waiting.push(path);
      if (found.length > filesMax)
        throw new PullwrightError("WORK_TOO_LARGE", `There are more than ${filesMax} files in the copy.`);
    }
  }
  return found.toSorted((a, b) => Buffer.compare(a, b));
}

/** A folder that its owner locked cannot be told from an empty one, and then files would count as deleted. */
async function entriesOf(folder: Buffer): Promise<Dirent<Buffer>[]> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: "buffer" });
  } catch (cause) {
    throw new PullwrightError("CHECKOUT_UNSAFE", `${shownPath(folder)} cannot be read.`, { cause });
  }
}

function join(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}

function whyNot(path: Buffer, old: ListedFile | undefined): string | null {
  if (isWithheld(path.toString("utf8")))
    return "agents, editors or programs take it for instructions; change it by hand";
  if (old?.mode === "120000") return "it is a link in the repository; change it by hand";
  try {
    checkTreePath(path, "theirs");
    return null;
  } catch (error) {
    if (error instanceof PullwrightError && error.code === "PATH_INVALID") return "its name could do harm";
    throw error;
  }
}

function formatOf(files: ListedFile[]) {
  return formatOfId(files[0]?.id ?? "");
}

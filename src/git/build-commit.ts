import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { formatCommit, type Person } from "./commit-text.ts";
import { editTree, foldersOnTheWay, type EditedTree, type EntryChange } from "./edit-tree.ts";
import { shownPath, type FileChange } from "./file-change.ts";
import { runInMirror, type MirrorSession } from "./mirror-session.ts";
import { isObjectId, objectId } from "./object-id.ts";
import { readTrees } from "./read-trees.ts";
import { gitFailed } from "./run-git.ts";
import { checkLinkPath, checkTreePath } from "./tree-path.ts";
import { createPackWriter, type PackWriter } from "./write-pack.ts";

export type CommitRequest = {
  /** A commit that `fetchCommit` brought, or that was built here before. */
  baseSha: string;
  /** What the commit stands on, when that is not the base alone: its files are the base's and the changes all the same. */
  parentShas?: string[];
  changes: FileChange[];
  message: string;
  author?: Person;
  committer?: Person;
  /** When it was made, in seconds since 1970: fixed once for a piece of work, so that the same work is the same commit. */
  atSeconds: number;
  /** `ours` for files that we name: only names that every file system can hold. */
  paths?: "ours" | "theirs";
  /** Whether a file may take the place of a symbolic link of the base. */
  replaceSymlinks?: boolean;
};

export type BuiltCommit = { commitSha: string; treeSha: string; changedPaths: Buffer[] };

/**
 * Makes a commit in the mirror, without a worktree and without touching a ref. The same request gives the same commit, however often it is made.
 *
 * We write the objects as one pack, and git takes it in after its own checks. So a commit takes two runs of git, whether it changes one file or a
 * thousand, and no index as long as the repository is wide (three more runs and a tenth of a second, for 100,000 files) is read and written for it.
 *
 * @throws {PullwrightError} EMPTY_DIFF, PATH_INVALID, PATH_IS_SYMLINK, UNSUPPORTED_ENTRY, GIT_FAILED
 */
export async function buildCommit(
  session: MirrorSession,
  request: CommitRequest,
  ourselves: Person,
): Promise<BuiltCommit> {
  const { baseSha, changes } = request;
  const parentShas = request.parentShas ?? [baseSha];
  if (![baseSha, ...parentShas].every(isObjectId))
    throw new PullwrightError("BASE_NOT_ON_REMOTE", "A commit is named by its whole id.");
  for (const change of changes) checkPath(change, request.paths ?? "ours");
  const base = await readTrees(baseSha, foldersOnTheWay(changes.map(({ path }) => path)), {
    format: session.format,
    run: (command) => runInMirror(session, command),
    redact: session.surroundings.redact,
  });

  session.reach("commit.before");
  await using pack = await createPackWriter(
    join(session.surroundings.temporaryDir, `${crypto.randomUUID()}.pack`),
    session.format,
  );
  const entries = await packBlobs(pack, changes, session.format);
  const rules = { format: session.format, replaceSymlinks: request.replaceSymlinks ?? false };
  const edited = editTree(base, entries, rules);
  if (edited.rootId === base.rootId) throw new PullwrightError("EMPTY_DIFF", emptyBecause(changes));

  const text = formatCommit({
    treeSha: edited.rootId,
    parentShas,
    author: request.author ?? ourselves,
    committer: request.committer ?? ourselves,
    atSeconds: request.atSeconds,
    message: request.message,
  });
  await packTreesAndCommit(pack, edited, text);
  await takeIn(session, pack);
  session.reach("commit.after");
  return {
    commitSha: objectId(session.format, "commit", text),
    treeSha: edited.rootId,
    changedPaths: edited.changedPaths,
  };
}

function checkPath(change: FileChange, whose: "ours" | "theirs"): void {
  if (change.kind === "delete") return;
  if (change.mode === "120000") checkLinkPath(change.path, whose);
  else checkTreePath(change.path, whose);
}

/** One file at a time in memory. Two files with the same content are one blob. */
async function packBlobs(
  pack: PackWriter,
  changes: FileChange[],
  format: MirrorSession["format"],
): Promise<EntryChange[]> {
  const packed = new Set<string>();
  const entries: EntryChange[] = [];
  for (const change of changes) {
    const path = Buffer.from(change.path);
    if (change.kind === "delete") {
      entries.push({ path, put: null });
      continue;
    }
    const bytes = await wholeOf(change.bytes());
    const id = objectId(format, "blob", bytes);
    entries.push({ path, put: { mode: change.mode, id } });
    if (packed.has(id)) continue;
    packed.add(id);
    await pack.add("blob", bytes);
  }
  return entries;
}

async function wholeOf(bytes: Buffer | AsyncIterable<Uint8Array>): Promise<Buffer> {
  if (Buffer.isBuffer(bytes)) return bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function packTreesAndCommit(pack: PackWriter, edited: EditedTree, commit: Buffer): Promise<void> {
  for (const tree of edited.newTrees.values()) await pack.add("tree", tree);
  await pack.add("commit", commit);
}

/** git checks every object, syncs the pack to the disk, and only then gives it its name; the same pack again changes nothing. */
async function takeIn(session: MirrorSession, pack: PackWriter): Promise<void> {
  const args = ["index-pack", "--stdin", "--fsck-objects"];
  const said = await runInMirror(session, { args, stdin: pack.bytes() });
  if (said.code !== 0) throw gitFailed(args, said, session.surroundings.redact);
}

function emptyBecause(changes: FileChange[]): string {
  if (changes.length === 0) return "The work names no changed file.";
  const first = changes.slice(0, 5).map(({ path }) => shownPath(path));
  return `The base has these files as they are already: ${first.join(", ")}${changes.length > 5 ? ", …" : ""}.`;
}

import { PullwrightError } from "../domain/error.ts";
import { shownPath } from "./file-change.ts";
import { objectId, type ObjectFormat } from "./object-id.ts";
import type { BaseTrees } from "./read-trees.ts";
import { formatTree, type TreeEntry } from "./tree-entry.ts";

/** A change of which the content is known by its id. */
export type EntryChange = { path: Buffer; put: { mode: "100644" | "100755" | "120000"; id: string } | null };

export type EditedTree = {
  rootId: string;
  /** Trees that were not there before, by id. */
  newTrees: Map<string, Buffer>;
  /** What differs from the base now, sorted. */
  changedPaths: Buffer[];
};

type Rules = {
  format: ObjectFormat;
  /** Whether a file may take the place of a symbolic link. */
  replaceSymlinks: boolean;
};

/** The changes as a tree: a folder's own change stands beside those of what is in it. */
type Branch = { path: Buffer; change: EntryChange | null; children: Map<string, Branch> };

/**
 * The tree of a commit with these changes made. Only the folders on the way to a change are looked at, so it costs what the change is deep, not what
 * the repository is wide. The same changes on the same tree give the same tree. A folder without files is gone. Nothing is deleted that no change names:
 * where a file takes the place of a folder, or the reverse, what was there must be deleted by changes of its own.
 *
 * @throws {PullwrightError} PATH_IS_SYMLINK, UNSUPPORTED_ENTRY for a submodule, PATH_INVALID for changes that cannot all be
 */
export function editTree(base: BaseTrees, changes: EntryChange[], rules: Rules): EditedTree {
  const newTrees = new Map<string, Buffer>();
  const changedPaths: Buffer[] = [];
  const root = { path: "", entries: folderOf(base, ""), id: base.rootId };
  const edited = editFolder(branchesOf(changes), root, { ...rules, base, newTrees, changedPaths });
  const rootId = edited ?? newTree([], { ...rules, base, newTrees, changedPaths });
  return { rootId, newTrees, changedPaths: changedPaths.toSorted((a, b) => Buffer.compare(a, b)) };
}

/** The folders that `editTree` looks at for these changes, as latin1. */
export function foldersOnTheWay(paths: Iterable<Buffer>): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    const text = path.toString("latin1");
    for (let slash = text.indexOf("/"); slash >= 0; slash = text.indexOf("/", slash + 1)) {
      folders.add(text.slice(0, slash));
    }
  }
  return folders;
}

type Work = Rules & { base: BaseTrees; newTrees: Map<string, Buffer>; changedPaths: Buffer[] };

/** A folder as it was; one that was not there has no entries and no id. */
type Folder = { path: string; entries: TreeEntry[]; id: string | null };

/** The id of the folder as it is now, null when nothing is left in it. */
function editFolder(branch: Branch, before: Folder, work: Work): string | null {
  const entries = new Map(before.entries.map((entry) => [entry.name.toString("latin1"), entry]));
  for (const [name, child] of branch.children) {
    const path = before.path === "" ? name : `${before.path}/${name}`;
    const next = editEntry(child, path, entries.get(name), work);
    if (next === null) entries.delete(name);
    else entries.set(name, { ...next, name: Buffer.from(name, "latin1") });
  }
  if (entries.size === 0) return null;
  const after = [...entries.values()];
  return before.id !== null && isSame(before.entries, after) ? before.id : newTree(after, work);
}

/** What stands at a path now, null for nothing. */
type Next = Pick<TreeEntry, "mode" | "id"> | null;

function editEntry(branch: Branch, path: string, before: TreeEntry | undefined, work: Work): Next {
  const { change } = branch;
  const rest = branch.children.size > 0 ? editInside(branch, path, before, work) : (before ?? null);
  if (change === null) return rest;
  if (change.put === null) return branch.children.size > 0 ? rest : deleted(branch, before, work);

  if (rest?.mode === "40000") throw notPossible(branch.path, "is a folder that is not deleted with all that is in it");
  if (before?.mode === "160000") throw isSubmodule(branch.path);
  if (before?.mode === "120000" && change.put.mode !== "120000" && !work.replaceSymlinks) throw isSymlink(branch.path);
  if (before?.mode !== change.put.mode || before.id !== change.put.id) work.changedPaths.push(branch.path);
  return change.put;
}

/** What is left of a path as a folder. */
function editInside(branch: Branch, path: string, before: TreeEntry | undefined, work: Work): Next {
  const folder: Folder = { path, entries: [], id: null };
  if (before?.mode === "40000") {
    Object.assign(folder, { entries: folderOf(work.base, path), id: before.id });
  } else if (before !== undefined) {
    const isDeleted = branch.change !== null && branch.change.put === null;
    if (!isDeleted) throw isInTheWay(branch.path, before);
    deleted(branch, before, work);
  }
  const id = editFolder(branch, folder, work);
  return id === null ? null : { mode: "40000", id };
}

function deleted(branch: Branch, before: TreeEntry | undefined, work: Work): Next {
  if (before === undefined) return null;
  if (before.mode === "40000") throw notPossible(branch.path, "is a folder: it is deleted by deleting its files");
  if (before.mode === "160000") throw isSubmodule(branch.path);
  work.changedPaths.push(branch.path);
  return null;
}

function newTree(entries: TreeEntry[], work: Work): string {
  const bytes = formatTree(entries);
  const id = objectId(work.format, "tree", bytes);
  work.newTrees.set(id, bytes);
  return id;
}

/** Compared as git would write both today: a base whose bytes are in an old form is not changed by being read. */
function isSame(before: TreeEntry[], after: TreeEntry[]): boolean {
  return before.length === after.length && formatTree(before).equals(formatTree(after));
}

/** A folder that its parent names and that was not read is not an empty one. */
function folderOf(base: BaseTrees, path: string): TreeEntry[] {
  const entries = base.folders.get(path);
  if (entries !== undefined) return entries;
  throw new PullwrightError("GIT_FAILED", `The folder ${shownPath(Buffer.from(path, "latin1"))} is not in the mirror.`);
}

function branchesOf(changes: EntryChange[]): Branch {
  const root: Branch = { path: Buffer.alloc(0), change: null, children: new Map() };
  for (const change of changes) {
    let branch = root;
    let end = -1;
    for (const part of change.path.toString("latin1").split("/")) {
      end += part.length + 1;
      let next = branch.children.get(part);
      if (next === undefined) {
        next = { path: change.path.subarray(0, end), change: null, children: new Map() };
        branch.children.set(part, next);
      }
      branch = next;
    }
    if (branch.change !== null) throw notPossible(change.path, "is changed twice");
    branch.change = change;
  }
  return root;
}

function isInTheWay(path: Buffer, entry: TreeEntry): PullwrightError {
  if (entry.mode === "120000") return isSymlink(path);
  if (entry.mode === "160000") return isSubmodule(path);
  return notPossible(path, "is a file in the base, not a folder");
}

function isSymlink(path: Buffer): PullwrightError {
  return new PullwrightError("PATH_IS_SYMLINK", `${shownPath(path)} is a symbolic link in the base.`);
}

function isSubmodule(path: Buffer): PullwrightError {
  return new PullwrightError("UNSUPPORTED_ENTRY", `${shownPath(path)} is a submodule in the base.`);
}

function notPossible(path: Buffer, why: string): PullwrightError {
  return new PullwrightError("PATH_INVALID", `${shownPath(path)} ${why}.`);
}

import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { Change, ChangedFile } from "../domain/change.ts";
import { PullwrightError } from "../domain/error.ts";
import { fetchBlobs } from "./fetch-blobs.ts";
import { shownPath } from "./file-change.ts";
import { runWellInMirror, type MirrorSession } from "./mirror-session.ts";
import { parsePatch, type PatchedFile } from "./parse-patch.ts";

/** More than this is read by nobody, and would only fill the memory: of the rest it is said that it was not read. */
const limits = { filesMax: 3000, pathsBytesMax: 256 * 1024, patchBytesMax: 64 * 1024 * 1024 };

/** From here on a file is no text to git's diff: a longer one is generated. */
const textBytesMax = 1024 * 1024;

/** Each is given, so that no setting can change what the hash is of. */
const patchOptions = [
  "-p",
  "-M",
  "-l1000",
  "-U3",
  "--full-index",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--submodule=short",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

/**
 * What lies between two commits that were fetched. The contents of the changed files are fetched first; nothing else is. The same commits give the same
 * change, hash and all.
 *
 * @throws {PullwrightError} BASE_NOT_ON_REMOTE, CLONE_FAILED, GIT_FAILED, or what the forge's answer means (FORGE_…)
 */
export async function readChange(
  session: MirrorSession,
  { baseSha, headSha }: { baseSha: string; headSha: string },
): Promise<Change> {
  const ends = ["--end-of-options", baseSha, headSha];
  const listed = rawLines(
    await runWellInMirror(session, {
      args: ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", ...ends],
      stdoutBytesMax: 256 * 1024 * 1024,
    }),
  ).records;
  const { read, unread } = partOf(listed);
  const contents = read.flatMap(({ oldMode, oldId, newMode, newId }) => [
    ...(isContent(oldMode) ? [oldId] : []),
    ...(isContent(newMode) ? [newId] : []),
  ]);
  await fetchBlobs(session, contents);

  const args = [
    "diff-tree",
    "-r",
    "--raw",
    "-z",
    ...patchOptions,
    ...ends,
    ...(unread.length === 0 ? [] : ["--", ...read.map(({ path }) => path.toString("utf8"))]),
  ];
  const said = await runWellInMirror(session, {
    args,
    settings: [["core.bigFileThreshold", String(textBytesMax)]],
    stdoutBytesMax: limits.patchBytesMax,
  });
  const { records, rest } = rawLines(said);
  return {
    baseSha,
    headSha,
    diffSha256: sha256Of([
      rest,
      ...unread.map(({ path, newId }) => Buffer.concat([path, Buffer.from(`\0${newId}\0`)])),
    ]),
    files: [...filesOf(records, parsePatch(rest.toString("utf8"))), ...unread.map((record) => fileOf(record, null))],
  };
}

function sha256Of(parts: Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

type RawRecord = {
  oldMode: string;
  newMode: string;
  oldId: string;
  newId: string;
  /** Git's letter. */
  status: string;
  oldPath: Buffer | null;
  path: Buffer;
};

/** `:<old mode> <new mode> <old id> <new id> <status>`, NUL, a path or two with a NUL each. An empty record ends the list, and the patch follows. */
function rawLines(bytes: Buffer): { records: RawRecord[]; rest: Buffer } {
  const records: RawRecord[] = [];
  let at = 0;
  const field = (): Buffer => {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw new PullwrightError("GIT_FAILED", "git diff-tree broke off.");
    const part = bytes.subarray(at, end);
    at = end + 1;
    return part;
  };
  while (at < bytes.length) {
    const head = field();
    if (head.length === 0) break;
    const [oldMode = "", newMode = "", oldId = "", newId = "", status = ""] = head.toString("latin1", 1).split(" ");
    const first = field();
    const second = /^[RC]/.test(status) ? field() : null;
    records.push({
      oldMode,
      newMode,
      oldId,
      newId,
      status: status.slice(0, 1),
      oldPath: second === null ? null : first,
      path: second ?? first,
    });
  }
  return { records, rest: bytes.subarray(at) };
}

/** Arguments have an end, and are text. */
function partOf(records: RawRecord[]): { read: RawRecord[]; unread: RawRecord[] } {
  const bytes = records.reduce((sum, { path }) => sum + path.length + 1, 0);
  if (records.length <= limits.filesMax && bytes <= limits.pathsBytesMax) return { read: records, unread: [] };
  const [read, unread]: [RawRecord[], RawRecord[]] = [[], []];
  let free = limits.pathsBytesMax;
  for (const record of records) {
    free -= record.path.length + 1;
    const fits = free >= 0 && read.length < limits.filesMax && isUtf8(record.path);
    (fits ? read : unread).push(record);
  }
  return { read, unread };
}

function isContent(mode: string): boolean {
  return mode.startsWith("10") || mode === "120000";
}

function filesOf(records: RawRecord[], patched: PatchedFile[]): ChangedFile[] {
  let at = 0;
  const files = records.map((record) => {
    // Where one kind of thing takes the place of another, the patch has the old one's end and then the new one's beginning.
    at += record.status === "T" ? 2 : 1;
    return fileOf(record, patched[at - 1] ?? null);
  });
  if (at !== patched.length)
    throw new PullwrightError("GIT_FAILED", "git's list and its patch are not of the same files.");
  return files;
}

/** Without a patch: that it changed is all that is known. */
function fileOf(record: RawRecord, patched: PatchedFile | null): ChangedFile {
  const kind = kindOf(record, patched);
  const hunks = kind === "text" ? (patched?.hunks ?? []) : [];
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return {
    path: shownPath(record.path),
    oldPath: record.oldPath === null ? null : shownPath(record.oldPath),
    status: statuses[record.status] ?? "modified",
    kind,
    addedLines: lines.filter((line) => line.kind === "added").length,
    deletedLines: lines.filter((line) => line.kind === "deleted").length,
    hunks,
  };
}

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  D: "deleted",
  R: "renamed",
  C: "copied",
};

function kindOf({ oldMode, newMode }: RawRecord, patched: PatchedFile | null): ChangedFile["kind"] {
  const mode = Number(newMode) === 0 ? oldMode : newMode;
  if (mode === "160000") return "submodule";
  if (mode === "120000") return "symlink";
  if (patched === null) return "unread";
  return patched.isBinary ? "binary" : "text";
}

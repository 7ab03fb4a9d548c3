import { createHash } from "node:crypto";
import type { Change, ChangedFile, DiffHunk, DiffLine } from "../../src/domain/change.ts";

/**
 * A hunk from lines with their signs: `+` added, `-` deleted, space for what stays. The new side begins at `newStart`, the old one too unless told.
 */
export function hunk(newStart: number, signed: string[], oldStart: number = newStart): DiffHunk {
  let oldLine = oldStart;
  let newLine = newStart;
  const lines = signed.map((line): DiffLine => {
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", text, oldLine: null, newLine: newLine++ };
    if (line.startsWith("-")) return { kind: "deleted", text, oldLine: oldLine++, newLine: null };
    return { kind: "context", text, oldLine: oldLine++, newLine: newLine++ };
  });
  return { oldStart, oldLines: oldLine - oldStart, newStart, newLines: newLine - newStart, heading: "", lines };
}

export function changedFile(path: string, hunks: DiffHunk[], rest: Partial<ChangedFile> = {}): ChangedFile {
  const lines = hunks.flatMap((each) => each.lines);
  return {
    path,
    oldPath: null,
    status: "modified",
    kind: "text",
    addedLines: lines.filter(({ kind }) => kind === "added").length,
    deletedLines: lines.filter(({ kind }) => kind === "deleted").length,
    hunks,
    ...rest,
  };
}

export function changeOf(files: ChangedFile[]): Change {
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const diffSha256 = hash(JSON.stringify(files));
  return { baseSha: hash("base").slice(0, 40), headSha: diffSha256.slice(0, 40), diffSha256, files };
}

/** A file that the change adds, with these lines. */
export function addedFile(path: string, lines: string[]): ChangedFile {
  return changedFile(
    path,
    [
      hunk(
        1,
        lines.map((line) => `+${line}`),
        0,
      ),
    ],
    { status: "added" },
  );
}

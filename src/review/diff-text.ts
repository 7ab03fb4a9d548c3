import type { ChangedFile, DiffHunk, DiffLine } from "../domain/change.ts";
import { visibleLine } from "./visible-text.ts";

/** A longer line is cut in what a reviewer reads. */
export const lineCharactersMax = 8192;

/** What stands above a file's hunks: its names, and what happened to it. */
export function fileHeading(file: ChangedFile): string {
  const was = file.oldPath === null || file.oldPath === file.path ? "" : ` (before: ${pathText(file.oldPath)})`;
  return `=== ${pathText(file.path)}${was}, ${file.status}, +${file.addedLines} -${file.deletedLines}`;
}

/** A hunk as one reads it, each line with the number that it has after the change; a deleted line has none. */
export function hunkText(hunk: DiffHunk): string {
  const heading = visibleLine(hunk.heading, 200);
  const head = `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@${heading === "" ? "" : ` ${heading}`}`;
  return [head, ...hunk.lines.map(lineText)].join("\n");
}

export function lineText({ kind, text, newLine }: DiffLine): string {
  return `${String(newLine ?? "").padStart(6)} ${signs[kind]}${visibleLine(text, lineCharactersMax)}`;
}

const signs: Record<DiffLine["kind"], string> = { context: " ", added: "+", deleted: "-" };

/** A path on one line: one with signs that could be taken for something else is written as JSON writes it. */
export function pathText(path: string): string {
  const shown = visibleLine(path, 4096);
  return shown === path && !/["\\]|^\s|\s$/.test(path) ? path : JSON.stringify(shown);
}

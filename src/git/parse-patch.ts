import type { DiffHunk, DiffLine } from "../domain/change.ts";
import { PullwrightError } from "../domain/error.ts";

/** What a patch says of one file. */
export type PatchedFile = { isBinary: boolean; hunks: DiffHunk[] };

/**
 * Reads a patch as git writes it: the files in its order. The numbers in a hunk's header say how many lines are its own, so that no line of a file is
 * ever taken for a line of the patch.
 *
 * @throws {PullwrightError} GIT_FAILED for what is no patch
 */
export function parsePatch(patch: string): PatchedFile[] {
  const lines = patch.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const files: PatchedFile[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    const file = files.at(-1);
    if (line.startsWith("diff --git ")) {
      files.push({ isBinary: false, hunks: [] });
      at += 1;
      continue;
    }
    if (file === undefined) throw noPatch(line);
    if (line.startsWith("@@ ")) {
      const { hunk, next } = readHunk(lines, at);
      file.hunks.push(hunk);
      at = next;
      continue;
    }
    if (line.startsWith("Binary files ")) file.isBinary = true;
    at += 1;
  }
  return files;
}

function readHunk(lines: string[], at: number): { hunk: DiffHunk; next: number } {
  const header = lines[at] ?? "";
  const numbers = /^@@ -([0-9]+)(?:,([0-9]+))? \+([0-9]+)(?:,([0-9]+))? @@ ?(.*)$/s.exec(header);
  if (numbers === null) throw noPatch(header);
  const [oldStart, oldLines, newStart, newLines] = [numbers[1], numbers[2] ?? 1, numbers[3], numbers[4] ?? 1].map(
    Number,
  ) as [number, number, number, number];
  const hunk: DiffHunk = { oldStart, oldLines, newStart, newLines, heading: numbers[5] ?? "", lines: [] };
  let [oldLine, newLine, next] = [oldStart, newStart, at + 1];
  while (oldLine < oldStart + oldLines || newLine < newStart + newLines || lines[next]?.startsWith("\\") === true) {
    const line = lines[next] ?? "";
    next += 1;
    switch (line.slice(0, 1)) {
      case " ":
        hunk.lines.push(lineOf("context", line, oldLine++, newLine++));
        break;
      case "-":
        hunk.lines.push(lineOf("deleted", line, oldLine++, null));
        break;
      case "+":
        hunk.lines.push(lineOf("added", line, null, newLine++));
        break;
      case "\\":
        // "No newline at end of file"
        break;
      default:
        throw noPatch(line);
    }
  }
  return { hunk, next };
}

function lineOf(kind: DiffLine["kind"], line: string, oldLine: number | null, newLine: number | null): DiffLine {
  return { kind, text: line.slice(1), oldLine, newLine };
}

function noPatch(line: string): PullwrightError {
  return new PullwrightError(
    "GIT_FAILED",
    `git wrote a patch that cannot be read, at ${JSON.stringify(line.slice(0, 80))}.`,
  );
}

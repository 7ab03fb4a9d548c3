import { createHash } from "node:crypto";
import type { Change, DiffLine } from "../domain/change.ts";

/** The lines that a finding is about, as far as the diff has them on its new side; empty where it has none of them. */
export function linesOf(change: Change, path: string, startLine: number, endLine: number): DiffLine[] {
  const file = change.files.find((each) => each.path === path);
  if (file === undefined) return [];
  return file.hunks.flatMap(({ lines }) =>
    lines.filter(({ newLine }) => newLine !== null && newLine >= startLine && newLine <= endLine),
  );
}

/** SHA-256 of lines without their white space, lower-case hex: the same where code was moved or indented anew. */
export function codeSha256Of(lines: Pick<DiffLine, "text">[]): string {
  const code = lines.map(({ text }) => text.replaceAll(/\s+/g, "")).join("\n");
  return createHash("sha256").update(code).digest("hex");
}

/** Whether lines say enough to be known by: a brace alone stands everywhere. */
export function isTellingCode(lines: Pick<DiffLine, "text">[]): boolean {
  return lines.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0) >= 8;
}

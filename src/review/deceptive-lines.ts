import type { Change } from "../domain/change.ts";

/** An added line that a machine reads otherwise than a person. */
export type DeceptiveLine = { path: string; line: number; what: string };

const linesMax = 20;

/**
 * Finds added lines with characters that turn the direction of what is shown, that nobody sees, or that make one word of letters of two scripts which look
 * alike. A reviewer's header names them. Linear; at most twenty.
 */
export function deceptiveLines(change: Change): DeceptiveLine[] {
  const found: DeceptiveLine[] = [];
  for (const { path, hunks } of change.files)
    for (const { lines } of hunks)
      for (const { kind, text, newLine } of lines) {
        const what = kind === "added" ? whatIn(text) : null;
        if (what !== null && newLine !== null) found.push({ path, line: newLine, what });
        if (found.length === linesMax) return found;
      }
  return found;
}

function whatIn(text: string): string | null {
  if (/[\u202a-\u202e\u2066-\u2069]/.test(text)) return "characters that turn its direction";
  if (/[\u200b\u2060-\u2064\u00ad\u{e0000}-\u{e007f}]/u.test(text)) return "characters that nobody sees";
  const words = text.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const isMixed = words.some(
    (word) => /\p{Script=Latin}/u.test(word) && /[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(word),
  );
  return isMixed ? "letters of two scripts in one word" : null;
}

/** What others wrote, as one line that cannot move the cursor of a terminal: control and direction characters go. */
export function harmlessLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

/** The same for a text of several lines: those stay, and so do tabs. */
export function harmlessLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, " ");
}

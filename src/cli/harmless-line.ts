/** What others wrote, as one line that cannot move the cursor of a terminal: control and direction characters go. */
export function harmlessLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

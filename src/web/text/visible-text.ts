/**
 * Outside text with everything that acts without being seen shown as `�`: control characters but tab and line ends, and the marks that
 * turn the writing direction around.
 */
export function visibleText(text: string): string {
  return text.replace(unseen, "\uFFFD");
}

// oxlint-disable-next-line no-control-regex -- finding them is the point
const unseen = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/gu;

/** What a reader of code does not see, or sees in another order than the machine. A tab stays. */
const unseen = /(?!\t)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** One line of code in which everything shows: hidden characters as `<U+202E>`, and a line that is too long cut, with a word that it was. Linear. */
export function visibleLine(text: string, charactersMax: number): string {
  const cut = text.length > charactersMax ? text.slice(0, charactersMax) : text;
  const shown = cut.toWellFormed().replaceAll(unseen, codeOf);
  return cut === text ? shown : `${shown} [cut: the line has ${text.length} characters]`;
}

/**
 * What people write, without the places in which words for a machine can be hidden from people: HTML comments and images are left out with a word that
 * they were there, hidden characters show. Linear, also for comments that never end.
 */
export function visibleProse(text: string, charactersMax: number): string {
  const cut = text.slice(0, charactersMax).toWellFormed();
  const lines = withoutImages(withoutComments(cut)).replaceAll(/\r\n?/g, "\n").split("\n");
  const shown = lines.map((line) => line.replaceAll(unseen, codeOf)).join("\n");
  return text.length > charactersMax ? `${shown}\n[cut: the text has ${text.length} characters]` : shown;
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

function withoutComments(text: string): string {
  const out: string[] = [];
  let at = 0;
  for (;;) {
    const begin = text.indexOf("<!--", at);
    if (begin === -1) return out.join("") + text.slice(at);
    const end = text.indexOf("-->", begin + 4);
    out.push(text.slice(at, begin), "[HTML comment left out]");
    if (end === -1) return out.join("");
    at = end + 3;
  }
}

/** `![words](address)`, `![words][name]` and `<img …>`; no part of the patterns can match what another one does, so none goes back far. */
function withoutImages(text: string): string {
  return text
    .replaceAll(/!\[[^\]\n[]{0,500}\](?:\([^)\n(]{0,2000}\)|\[[^\]\n[]{0,200}\])?/g, "[image left out]")
    .replaceAll(/<(?:img|picture|source|svg)\b[^>\n<]{0,4000}>/gi, "[image left out]");
}

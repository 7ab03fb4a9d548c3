/**
 * Makes text that an agent or a stranger wrote harmless in a pull request's text or a commit message, on GitHub and GitLab, without changing what a reader
 * sees: nobody is mentioned, no issue is closed, no command is given to the forge, no image is fetched, no HTML is rendered, nothing is hidden, and none
 * of our own marks can be imitated. Every pass is linear in the text's length.
 */
export function disarmMarkdown(text: string): string {
  const out: string[] = [];
  let fence: string | null = null;
  for (const line of visible(text).split("\n")) {
    const mark = fenceOf(line);
    if (fence === null) {
      fence = mark;
      out.push(mark === null ? disarmLine(line) : line.replaceAll("<", "&lt;"));
    } else {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = null;
      out.push(line.replaceAll("<!--", `<!${joiner}--`));
    }
  }
  // A fence that was left open would swallow what we write below it.
  if (fence !== null) out.push(fence);
  return out.join("\n");
}

/** The same for one line: a title, a table cell. Line ends become spaces. */
export function disarmLineText(text: string): string {
  return disarmWords(visible(text).replaceAll(/\s+/g, " ").trim());
}

/** The same for a commit message, which is no Markdown: forges read closing words and mentions in it, and we read trailers. */
export function disarmMessage(text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => disarmWords(line).replace(ownTrailer, ` $&`).replace(revertSentence, `$1${joiner}`))
    .join("\n");
}

/** Invisible, of no width, and part of no word: what stands before and after it is no longer one word to a forge. */
const joiner = "\u2060";

/** Control characters, direction marks, zero-width and tag characters, variation selectors: a reader sees none of them. A tab and a line end stay. */
const unseen = /(?![\t\n])[\p{Cc}\p{Cf}\p{Variation_Selector}]/gu;

function visible(text: string): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u2028\u2029\u0085]/g, "\n")
    .replaceAll(unseen, "")
    .normalize("NFC");
}

/** The run of backticks or tildes that opens or closes a code block, where the line is one. */
function fenceOf(line: string): string | null {
  return /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
}

function disarmLine(line: string): string {
  const quick = /^\s{0,3}\/[a-z]/i.test(line) ? line.replace("/", "\\/") : line;
  return disarmWords(quick.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("![", "!\\["));
}

function disarmWords(line: string): string {
  return line
    .replaceAll(mention, `@${joiner}`)
    .replaceAll(closingWord, (_whole, word: string, between: string) => `${word}${joiner}${between}`);
}

/** `@name`, `@org/team`: not an address of e-mail, where something stands before it. */
const mention = /(?<![A-Za-z0-9._%+-])@(?=[A-Za-z0-9_])/g;

/** What closes an issue on merge: GitHub's nine words and GitLab's further ones, before `#1`, `owner/repo#1`, `GH-1`, `!1` or an issue's URL. */
const closingWord =
  /\b(close[sd]?|closing|fix(?:e[sd]|ing)?|resolve[sd]?|resolving|implement(?:s|ed|ing)?)(:? {1,3}(?:issues? {1,3})?)(?=#\d|!\d|GH-\d|https?:\/\/|[\w.-]{1,100}\/[\w./-]{1,150}[#!]\d)/gi;

const ownTrailer = /^(?:Pullwright-[A-Za-z-]{1,40}|Co-authored-by|Signed-off-by):/i;

/** What makes a commit a revert to us and to others; whether this one is one shows in its changes. */
const revertSentence = /\b(This reverts)(?= (?:commit|merge request|pull request)\b)/gi;

/** What no one-line value may hold: control characters, line and paragraph separators. */
const breaksInLine = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const controlsInLine = /\p{Cc}/gu;
/** In longer text, tabs and line feeds are part of what was written. */
const controlsInText = /[^\P{Cc}\t\n]/gu;

const textBytesMax = 64 * 1024;

/**
 * A title, branch or name as one line: breaks become a space, other control characters go, lone surrogates are
 * replaced, and what is longer than `charactersMax` UTF-16 units is cut between characters. Bidirectional marks and
 * all visible Unicode stay: they are data, and whoever shows them isolates them.
 */
export function cleanLine(value: string, charactersMax: number): string {
  // What is far too long is not worked on as a whole.
  const candidate = value.length > charactersMax * 4 ? value.slice(0, charactersMax * 4) : value;
  const line = candidate.toWellFormed().replace(breaksInLine, " ").replace(controlsInLine, "");
  return line.length <= charactersMax ? line : cut(line, charactersMax);
}

/** What a person wrote, with its line breaks as `\n`, at most 64 KiB of UTF-8, cut between characters. */
export function cleanText(value: string): string {
  // Nothing beyond this many units can fit; what is far too long is not worked on as a whole.
  const candidate = value.length > textBytesMax * 2 ? value.slice(0, textBytesMax * 2) : value;
  const text = candidate.toWellFormed().replaceAll("\r\n", "\n").replaceAll("\r", "\n").replace(controlsInText, "");
  if (text.length * 3 <= textBytesMax) return text;
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(textBytesMax));
  return text.slice(0, read);
}

function cut(line: string, charactersMax: number): string {
  const end = line.codePointAt(charactersMax - 1);
  const splitsPair = end !== undefined && end > 0xffff;
  return line.slice(0, splitsPair ? charactersMax - 1 : charactersMax);
}

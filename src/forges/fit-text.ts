/** What our own hidden markers begin with: a text that lost its marker would not be found again, and be posted twice. */
const markerStart = "<!-- pullwright:";

/**
 * A text that a forge will take: at most so many characters, with a note where it was cut. A marker of ours at its beginning or end stays whole. Cut
 * twice, it is the same text.
 */
export function fitText(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const marker = lastMarker(text);
  const end = `\n\n… (cut: the forge takes ${charactersMax} characters)${marker === "" ? "" : `\n${marker}`}`;
  return withoutHalfSign(text.slice(0, charactersMax - end.length)) + end;
}

/** One line that a forge takes as a title. */
export function fitTitle(title: string, charactersMax: number): string {
  return title.length <= charactersMax ? title : `${withoutHalfSign(title.slice(0, charactersMax - 2))} …`;
}

function lastMarker(text: string): string {
  const at = text.lastIndexOf(markerStart);
  const close = at === -1 ? -1 : text.indexOf("-->", at);
  return close === -1 ? "" : text.slice(at, close + 3);
}

/** A sign beyond the first 65,536 is two characters; half of it is no text. */
function withoutHalfSign(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}

/** Bodies beyond this are not searched: CircleCI's are a few KiB. */
const bytesSearchedMax = 256 * 1024;

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/**
 * The text of the `"id"` that stands at the top level of a JSON object, null when there is none that is a plain string.
 *
 * Why not JSON.parse: the thread that takes webhooks parses nothing, and CircleCI's id stands wherever its object's order puts it. This is one
 * pass over the bytes that keeps count of the brackets and steps over strings. It believes nothing about the rest of the body: whatever it finds
 * is only a name to recognise a repeat by, and who sent it has proved to hold the secret. Of two ids it takes the first.
 */
export function topLevelId(body: Uint8Array): string | null {
  const end = Math.min(body.length, bytesSearchedMax);
  let depth = 0;
  let at = 0;
  while (at < end) {
    const byte = body[at];
    if (byte === quote) {
      const closing = endOfString(body, at, end);
      if (closing === -1) return null;
      if (depth === 1 && closing - at === 3 && body[at + 1] === 0x69 && body[at + 2] === 0x64) {
        const value = stringAfterColon(body, closing + 1, end);
        if (value !== undefined) return value;
      }
      at = closing + 1;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    at += 1;
  }
  return null;
}

/** Where the string that opens at `opening` closes, -1 when it does not. */
function endOfString(body: Uint8Array, opening: number, end: number): number {
  for (let at = opening + 1; at < end; at += 1) {
    if (body[at] === backslash) at += 1;
    else if (body[at] === quote) return at;
  }
  return -1;
}

/** The string after a colon; null when something else is there or the string has escapes; undefined when there is no colon, so that the `"id"` was itself a value. */
function stringAfterColon(body: Uint8Array, start: number, end: number): string | null | undefined {
  let at = afterWhiteSpace(body, start, end);
  if (body[at] !== colon) return undefined;
  at = afterWhiteSpace(body, at + 1, end);
  if (body[at] !== quote) return null;
  const closing = endOfString(body, at, end);
  if (closing === -1) return null;
  const text = Buffer.from(body.buffer, body.byteOffset + at + 1, closing - at - 1).toString("utf8");
  return text.includes("\\") ? null : text;
}

function afterWhiteSpace(body: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isWhiteSpace(body[at])) at += 1;
  return at;
}

export function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

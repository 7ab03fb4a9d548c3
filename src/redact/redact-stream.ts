import { mask } from "./mask.ts";
import type { Redact } from "./redact.ts";

/** Masks secrets in bytes as they come, wherever the pieces of them begin and end. */
export type RedactStream = {
  /** What can be passed on by now: whole lines, as a rule. */
  push: (bytes: Uint8Array) => Buffer;
  /** Some bytes are left out here. What begins before them and what ends after them is left out too, since it may be half a secret. */
  gap: () => void;
  /** The rest. */
  end: () => Buffer;
};

/** No form of a secret is longer; see secret-forms.ts, and the 16 KiB that a secret may have. */
const secretCharactersMax = 32 * 1024;
/** A line that is longer is cut where no secret is. */
const lineCharactersMax = 128 * 1024;
const placesMax = 16;

/**
 * Masks line by line: no secret goes over the end of one. Each byte is taken as one character, whatever the bytes mean, and what is not masked is passed on as
 * it was. Holds one line at the most, and of a very long one 128 KiB.
 */
export function createRedactStream(redact: Redact): RedactStream {
  let held = "";
  /** A line in which no place was found that a secret does not cover: nothing of it can be shown. */
  let isSwallowing = false;
  /** So many characters are left out still, unless the line ends before. */
  let leftOut = 0;

  return {
    push: (bytes) => {
      const text = afterWhatIsLeftOut(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
      const lineEnd = text.lastIndexOf("\n") + 1;
      const whole = lineEnd === 0 ? "" : redact(held + text.slice(0, lineEnd));
      held = lineEnd === 0 ? held + text : text.slice(lineEnd);
      return Buffer.from(held.length > lineCharactersMax ? whole + cutLine() : whole, "latin1");
    },
    gap: () => {
      held = "";
      isSwallowing = false;
      leftOut = secretCharactersMax;
    },
    end: () => {
      const rest = redact(held);
      held = "";
      return Buffer.from(rest, "latin1");
    },
  };

  function afterWhatIsLeftOut(text: string): string {
    if (!isSwallowing && leftOut === 0) return text;
    const lineEnd = text.indexOf("\n");
    const left = isSwallowing ? text.length : Math.min(leftOut, text.length);
    if (lineEnd === -1 || lineEnd >= left) {
      if (!isSwallowing) leftOut -= left;
      return text.slice(left);
    }
    isSwallowing = false;
    leftOut = 0;
    return text.slice(lineEnd);
  }

  /** The first part of what is held, up to a place where masking both sides alone is masking the whole: no secret lies across it. */
  function cutLine(): string {
    const whole = redact(held);
    for (const at of placesIn(held)) {
      const before = redact(held.slice(0, at));
      if (before + redact(held.slice(at)) !== whole) continue;
      held = held.slice(at);
      return before;
    }
    held = "";
    isSwallowing = true;
    return mask;
  }
}

/** Where a line may be cut, the last first: behind what is no part of a token, and so far from the end that a secret which began before is whole. */
function placesIn(line: string): number[] {
  const places: number[] = [];
  for (let end = line.length - secretCharactersMax; end > 0 && places.length < placesMax; end -= stepCharacters) {
    let at = end;
    while (at > end - stepCharacters && at > 0 && /[\x21-\x7e]/.test(line[at - 1] ?? "")) at -= 1;
    places.push(at > Math.max(end - stepCharacters, 0) ? at : end);
  }
  return places;
}

const stepCharacters = 5000;

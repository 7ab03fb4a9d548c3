import { StringDecoder } from "node:string_decoder";
import { mask } from "../redact/mask.ts";
import type { Redact } from "../redact/redact.ts";

export type RedactedStream = {
  /** What can be passed on by now, redacted; often nothing. */
  push: (bytes: Uint8Array) => string;
  /** The rest. */
  end: () => string;
};

/** No secret in any of its forms is longer. */
const secretCharactersMax = 16_384;
const heldCharactersMin = 8 * secretCharactersMax;
/** Text of this length that can be cut nowhere was made to look like one great secret, and is treated as one. */
const heldCharactersMax = 64 * secretCharactersMax;

/**
 * Redacts text that comes in pieces: a secret that lies across two of them is masked all the same. Text is held back until a place is found where it can be cut so
 * that both sides together, redacted, are what the whole would be. Looked for ever more seldom, so that no text makes it slow.
 */
export function createRedactedStream(redact: Redact): RedactedStream {
  const decoder = new StringDecoder("utf8");
  let held = "";
  let tryAt = heldCharactersMin;
  return {
    push: (bytes) => {
      held += decoder.write(Buffer.from(bytes));
      if (held.length < tryAt) return "";
      const cut = placeToCut(held, redact);
      if (cut === null && held.length < heldCharactersMax) {
        tryAt = 2 * held.length;
        return "";
      }
      const passed = cut === null ? mask : redact(held.slice(0, cut));
      held = held.slice(cut ?? -secretCharactersMax);
      tryAt = heldCharactersMin;
      return passed;
    },
    end: () => {
      const rest = redact(held + decoder.end());
      held = "";
      return rest;
    },
  };
}

/** The part behind the cut is long enough that a secret which begins before it is there wholly, and seen. */
function placeToCut(text: string, redact: Redact): number | null {
  const whole = redact(text);
  const last = text.length - secretCharactersMax;
  const lineEnd = text.lastIndexOf("\n", last) + 1;
  const candidates = [lineEnd, ...[0, 101, 1009, 4001, 8009, 16_001].map((back) => last - back)];
  return candidates.find((at) => at > 0 && redact(text.slice(0, at)) + redact(text.slice(at)) === whole) ?? null;
}

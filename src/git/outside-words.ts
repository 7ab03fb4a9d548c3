import { stripVTControlCharacters } from "node:util";

/** Masks secrets in a text; src/redact makes one. */
type Redact = (text: string) => string;

const charactersMax = 2000;

/**
 * What git or a remote said, so that a person can read it: without what moves a terminal's cursor or hides letters, without secrets, at most 2,000
 * characters with the beginning and the end kept.
 */
export function outsideWords(text: string, redact: Redact): string {
  const readable = stripVTControlCharacters(text)
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(unreadable, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
  const clean = redact(readable);
  if (clean.length <= charactersMax) return clean;
  return `${clean.slice(0, charactersMax / 2)} […] ${clean.slice(-charactersMax / 2)}`.toWellFormed();
}

/** Control characters but line feed and tab, what turns the direction of writing, what has no width, and tags. */
const unreadable =
  // oxlint-disable-next-line no-control-regex -- these are what it is for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

import { stripVTControlCharacters } from "node:util";
import { withoutInvisible } from "../domain/visible-text.ts";

/** Masks secrets in a text; src/redact makes one. */
type Redact = (text: string) => string;

const charactersMax = 2000;

/**
 * What git or a remote said, so that a person can read it: without what moves a terminal's cursor or hides letters, without secrets, at most 2,000
 * characters with the beginning and the end kept.
 */
export function outsideWords(text: string, redact: Redact): string {
  const readable = withoutInvisible(stripVTControlCharacters(text).replaceAll(/\r\n?/g, "\n"))
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .join("\n");
  const clean = redact(readable);
  if (clean.length <= charactersMax) return clean;
  return `${clean.slice(0, charactersMax / 2)} […] ${clean.slice(-charactersMax / 2)}`.toWellFormed();
}

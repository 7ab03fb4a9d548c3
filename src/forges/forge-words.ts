import type { Redact } from "../redact/redact.ts";

const charactersMax = 2048;
/** So much of an answer is looked at: an error that is longer says nothing more. */
const charactersRead = 64 * 1024;

/** What the forge said, in its own words: one line, redacted, at most 2 KiB. Empty when it said nothing that a person could read. */
export function forgeWords(contentType: string | null, body: string, redact: Redact): string {
  const text = wordsIn(contentType ?? "", body.slice(0, charactersRead));
  const clean = redact(text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim());
  return clean.length > charactersMax ? `${clean.slice(0, charactersMax - 2)} …` : clean;
}

function wordsIn(contentType: string, body: string): string {
  if (/^text\/html\b/i.test(contentType) || /^\s*</.test(body)) return "(a page of HTML)";
  if (!/\bjson\b/i.test(contentType) && !/^\s*[{[]/.test(body)) return body;
  try {
    return [...new Set(sentencesIn(JSON.parse(body), 0))].join(": ");
  } catch {
    return body;
  }
}

/** Both forges put their words under these names, as a text, a list, or an object of lists by field. */
const names = ["message", "error", "error_description", "errors"];

function sentencesIn(value: unknown, depth: number): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (depth > 4 || value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.slice(0, 20).flatMap((part) => sentencesIn(part, depth + 1));
  const known = names.filter((name) => Object.hasOwn(value, name));
  const fields = value as Record<string, unknown>;
  if (known.length > 0) return known.flatMap((name) => sentencesIn(fields[name], depth + 1));
  // GitHub: {resource, field, code}. GitLab: {title: ["is too long"]}.
  if (typeof fields["code"] === "string" && typeof fields["field"] === "string")
    return [`${fields["field"]} ${fields["code"]}`];
  return Object.entries(fields)
    .slice(0, 20)
    .flatMap(([name, part]) => sentencesIn(part, depth + 1).map((sentence) => `${name} ${sentence}`));
}

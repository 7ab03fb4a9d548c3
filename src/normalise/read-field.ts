import type { Instant } from "../domain/clock.ts";
import { cleanLine, cleanText } from "./clean-text.ts";
import { commitSha } from "./commit-sha.ts";
import { instantFrom } from "./instant.ts";
import { Refusal } from "./refusal.ts";
import { webUrl } from "./web-url.ts";

/**
 * An object of a payload, and where in the payload it stands, for the sentence that says what is wrong with it.
 * Payloads are only ever read field by field through these functions, never copied or merged, so a field called
 * `__proto__` is nothing special.
 *
 * `required…` refuses when the field is missing or has another form. `optional…` gives undefined for what is missing,
 * null or of another kind, so that a new version of a forge costs one detail and not the event; but a commit id that
 * is there and is none is refused always (BAD_SHA).
 */
export type Fields = { readonly path: string; readonly values: Readonly<Record<string, unknown>> };

/** Titles, branches and names of workflows. */
export const lineCharactersMax = 1024;
/** Logins, labels, names of people. */
export const nameCharactersMax = 255;

export function wholePayload(values: Record<string, unknown>): Fields {
  return { path: "", values };
}

export function requiredObject(fields: Fields, name: string): Fields {
  return optionalObject(fields, name) ?? missing(fields, name, "an object");
}

export function optionalObject(fields: Fields, name: string): Fields | undefined {
  const value = valueOf(fields, name);
  return isObject(value) ? { path: pathOf(fields, name), values: value } : undefined;
}

/** The objects of a list; none when there is no list. */
export function objectsIn(fields: Fields, name: string): Fields[] {
  const value = valueOf(fields, name);
  if (!Array.isArray(value)) return [];
  return value.map((member: unknown, index) => {
    const path = `${pathOf(fields, name)}[${index}]`;
    if (!isObject(member)) throw new Refusal("BAD_SHAPE", `${path} is not an object.`);
    return { path, values: member };
  });
}

/** The name of a repository, exactly as it stands: nothing is cleaned or cut into one that could be. */
export function requiredSlug(fields: Fields, name: string, isSlug: (slug: string) => boolean): string {
  const value = valueOf(fields, name);
  return typeof value === "string" ? checkedSlug(value, isSlug, pathOf(fields, name)) : missing(fields, name, "a text");
}

export function checkedSlug(slug: string, isSlug: (slug: string) => boolean, path: string): string {
  if (!isSlug(slug)) throw new Refusal("BAD_REPO", `${path} is not the name of a repository.`);
  return slug;
}

/** A text by which its sender tells one thing from another, exactly as it stands: cut or cleaned, two could become one. */
export function requiredKey(fields: Fields, name: string): string {
  const value = valueOf(fields, name);
  return typeof value === "string" && /^[^\p{Cc}\p{Cs}\u2028\u2029]{1,255}$/u.test(value)
    ? value
    : missing(fields, name, "a text of 1 to 255 characters");
}

/** One line that is not empty. */
export function requiredLine(fields: Fields, name: string, charactersMax = lineCharactersMax): string {
  return optionalLine(fields, name, charactersMax) ?? missing(fields, name, "a text");
}

export function optionalLine(fields: Fields, name: string, charactersMax = lineCharactersMax): string | undefined {
  const value = valueOf(fields, name);
  const line = typeof value === "string" ? cleanLine(value, charactersMax) : "";
  return line === "" ? undefined : line;
}

/** Several lines; the empty text is one too. */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  return typeof value === "string" ? cleanText(value) : undefined;
}

/** A word out of a list that the sender has: lower-case letters, digits and underscores. */
export function requiredWord(fields: Fields, name: string): string {
  const value = valueOf(fields, name);
  return typeof value === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(value) ? value : missing(fields, name, "a word");
}

/** May be missing, null or empty; anything else must be a word, because what it says decides what the event is. */
export function optionalWord(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  return value === undefined || value === null || value === "" ? undefined : requiredWord(fields, name);
}

/** A count or a number that people say: 1 and up, exact. */
export function requiredNumber(fields: Fields, name: string): number {
  const value = valueOf(fields, name);
  return Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : missing(fields, name, "a positive whole number");
}

export function optionalCount(fields: Fields, name: string): number | undefined {
  const value = valueOf(fields, name);
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** A forge's numeric id as text, because ids may pass 2^53. */
export function requiredId(fields: Fields, name: string): string {
  return optionalId(fields, name) ?? missing(fields, name, "a numeric id");
}

export function optionalId(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  if (typeof value === "number") return Number.isSafeInteger(value) && value > 0 ? String(value) : undefined;
  return typeof value === "string" && /^[1-9][0-9]{0,19}$/.test(value) ? value : undefined;
}

export function requiredSha(fields: Fields, name: string): string {
  return optionalSha(fields, name) ?? missing(fields, name, "a commit id");
}

export function optionalSha(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  if (value === undefined || value === null || value === "") return undefined;
  const sha = typeof value === "string" ? commitSha(value) : null;
  if (sha === null) throw new Refusal("BAD_SHA", `${pathOf(fields, name)} is not a commit id of 40 or 64 hex digits.`);
  return sha;
}

export function requiredInstant(fields: Fields, name: string): Instant {
  return optionalInstant(fields, name) ?? missing(fields, name, "a time with its zone");
}

export function optionalInstant(fields: Fields, name: string): Instant | undefined {
  return instantFrom(valueOf(fields, name)) ?? undefined;
}

export function optionalBoolean(fields: Fields, name: string): boolean | undefined {
  const value = valueOf(fields, name);
  return typeof value === "boolean" ? value : undefined;
}

export function optionalUrl(fields: Fields, name: string): string | undefined {
  const value = valueOf(fields, name);
  return typeof value === "string" ? (webUrl(value) ?? undefined) : undefined;
}

/** Whether the payload speaks of it at all; null is speaking. */
export function hasField(fields: Fields, name: string): boolean {
  return valueOf(fields, name) !== undefined;
}

/** Whether the payload says something of it: it is there, and not null. */
export function isSaid(fields: Fields, name: string): boolean {
  const value = valueOf(fields, name);
  return value !== undefined && value !== null;
}

/** The value as it stands, for what has two forms. */
export function valueOf(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields.values, name) ? fields.values[name] : undefined;
}

/** `pull_request.head.sha`, as a person would write it. */
export function pathOf(fields: Fields, name: string): string {
  return fields.path === "" ? name : `${fields.path}.${name}`;
}

function missing(fields: Fields, name: string, expected: string): never {
  const value = valueOf(fields, name);
  const path = pathOf(fields, name);
  if (value === undefined) throw new Refusal("BAD_SHAPE", `${path} is missing.`);
  throw new Refusal("BAD_SHAPE", `${path} is ${value === null ? "null" : `not ${expected}`}.`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

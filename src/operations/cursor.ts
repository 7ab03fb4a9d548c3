import { createHash } from "node:crypto";
import { PullwrightError } from "../domain/error.ts";
import type { PageKey } from "../store/page.ts";

/** Says where a list goes on. Opaque to its reader; bound to its list and filters, and refused when a character of it was changed. */
export function encodeCursor(list: string, filters: unknown, key: PageKey): string {
  const payload = JSON.stringify([key.value, key.id]);
  return Buffer.from(JSON.stringify([checkOf(list, filters, payload), payload])).toString("base64url");
}

/** The place that a cursor names. Throws VALIDATION_ERROR for one that is broken, forged, or of another list. */
export function decodeCursor(list: string, filters: unknown, cursor: string): PageKey {
  const [check, payload] = parseOrRefuse(Buffer.from(cursor, "base64url").toString("utf8"));
  if (typeof check !== "string" || typeof payload !== "string" || check !== checkOf(list, filters, payload))
    throw refusal();
  const [value, id] = parseOrRefuse(payload);
  if ((value !== null && typeof value !== "string") || typeof id !== "number" || !Number.isSafeInteger(id))
    throw refusal();
  return { value, id };
}

function parseOrRefuse(text: string): [unknown, unknown] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.length === 2) return [parsed[0], parsed[1]];
  } catch {
    // Falls through to the same refusal: which part was wrong tells a reader nothing.
  }
  throw refusal();
}

function refusal(): PullwrightError {
  return new PullwrightError(
    "VALIDATION_ERROR",
    "The cursor is not one that this list gave out with these filters. Start again without it.",
  );
}

function checkOf(list: string, filters: unknown, payload: string): string {
  return createHash("sha256")
    .update(JSON.stringify([list, filters, payload]))
    .digest("base64url")
    .slice(0, 12);
}

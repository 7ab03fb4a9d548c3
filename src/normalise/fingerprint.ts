import { createHash } from "node:crypto";
import { type Fields, optionalObject } from "./read-field.ts";

/**
 * Sixteen hex digits that differ where the values differ: for telling two events apart by what they changed, without
 * storing what that was.
 */
export function fingerprint(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("hex")
    .slice(0, 16);
}

/** Of the payload's `changes`; empty when it lists none. Both forges say there what an edit changed. */
export function changesFingerprint(payload: Fields): string {
  const changes = optionalObject(payload, "changes")?.values ?? {};
  return Object.keys(changes).length === 0 ? "" : fingerprint(changes);
}

import { createHash } from "node:crypto";

export type ObjectKind = "blob" | "tree" | "commit";

/** Which hash a repository names its objects by. */
export type ObjectFormat = "sha1" | "sha256";

export const idBytesOf: Record<ObjectFormat, number> = { sha1: 20, sha256: 32 };

/** The name that git gives to these bytes. */
export function objectId(format: ObjectFormat, kind: ObjectKind, bytes: Uint8Array): string {
  return createHash(format).update(`${kind} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** A commit's id in full, 40 or 64 hex digits in lower case. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
}

export function formatOfId(id: string): ObjectFormat {
  return id.length === 64 ? "sha256" : "sha1";
}

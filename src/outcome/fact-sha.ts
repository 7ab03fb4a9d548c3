import { createHash } from "node:crypto";

/** SHA-256 over a value's canonical JSON: equal facts hash equal, whoever told them. */
export function factSha(value: unknown): string {
  return textSha(canonicalJson(value));
}

export function textSha(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON with keys sorted and absent fields left out: equal values are equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

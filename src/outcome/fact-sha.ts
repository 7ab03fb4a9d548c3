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
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(",")}}`;
}

import type { Redact } from "./redact.ts";

/** Redacts every text inside a plain value: what an API answer or a log line is made of. Keys stay. */
export function redactDeep<Value>(value: Value, redact: Redact): Value {
  if (typeof value === "string") return redact(value) as Value;
  if (Array.isArray(value)) return value.map((part: unknown) => redactDeep(part, redact)) as Value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, redactDeep(part, redact)])) as Value;
}

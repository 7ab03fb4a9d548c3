import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";

/** A path as somebody writes one; what it leads to is another matter. */
export const somePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((text) => !text.includes("\0"), "holds a NUL");

/** @throws PullwrightError PAYLOAD_INVALID naming the field */
export function readPayload<Schema extends z.ZodType>(schema: Schema, payload: unknown): z.output<Schema> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? "The payload" : issue.path.join(".");
  throw new PullwrightError("PAYLOAD_INVALID", `${field}: ${issue?.message ?? "has another form"}.`);
}

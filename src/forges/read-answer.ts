import type { z } from "zod";
import { WrongAnswer } from "./forge-call.ts";

/** Checks an answer's data by a schema, and gives what the schema makes of it. Throws WrongAnswer, which says where it differs and never what stands there. */
export function readAnswer<Schema extends z.ZodType>(schema: Schema, data: unknown): z.output<Schema> {
  const read = schema.safeParse(data);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the answer" : issue.path.join(".");
  throw new WrongAnswer(`${where} is not what it must be (${issue?.message ?? "no reason given"})`);
}

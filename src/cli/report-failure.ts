import { ZodError } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { createRedact } from "../redact/redact.ts";

/** Says on standard error what failed and what to do, and returns the exit code: 2 when the call was wrong, else 1. */
export function reportFailure(error: unknown): number {
  const redact = createRedact([]);
  const say = (text: string): void => void process.stderr.write(`pullwright: ${redact(text)}\n`);
  if (error instanceof ZodError) {
    for (const issue of error.issues) say(`${issue.path.join(".")}: ${issue.message}`);
    return 2;
  }
  if (error instanceof PullwrightError) {
    say(`${error.message} (${error.code})`);
    return error.code === "VALIDATION_ERROR" ? 2 : 1;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

import { type ErrorCode, PullwrightError } from "../domain/error.ts";

/** The code and message of an error as plain data, to cross a thread. */
export type PlainError = { code: ErrorCode; message: string };

export function plainError(error: unknown): PlainError {
  if (error instanceof PullwrightError) return { code: error.code, message: error.message };
  return { code: "INTERNAL", message: error instanceof Error ? error.message : String(error) };
}

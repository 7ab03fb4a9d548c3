import { pino, type Logger } from "pino";
import type { Redact } from "./redact/redact.ts";

/** Structured lines on standard error: one story each, readable alone, searchable by the same field names everywhere. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error">;

/**
 * Every line passes the redaction as text, after everything is in it, so that no field and no nested cause can carry a secret out.
 * Standard output stays free for what a command prints.
 */
export function createLog(
  options: { level: string; redact: Redact },
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Log {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => write(options.redact(line)) },
  );
}

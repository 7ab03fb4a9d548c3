import type { ErrorCode } from "../domain/error.ts";

/**
 * Thrown by whoever reads a payload and finds something that its event cannot have; `normalise` turns it into a
 * `refused`. It never leaves this folder. The message names the field and what is wrong with it, never the field's
 * value: a body is not for the log.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, because: string) {
    super(because);
    this.name = "Refusal";
    this.code = code;
  }
}

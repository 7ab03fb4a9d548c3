import { PullwrightError } from "../domain/error.ts";
import type { Redact } from "../redact/redact.ts";

/**
 * What is asked for is stored and handed on: it may hold no secret, nor what looks like one. A worker gets its own secrets from the configuration.
 *
 * @throws PullwrightError SECRET_IN_WORK, without a word of what was given
 */
export function refuseSecrets(asked: Record<string, unknown>, redact: Redact): void {
  const text = JSON.stringify(asked);
  if (redact(text) !== text)
    throw new PullwrightError(
      "SECRET_IN_WORK",
      "What is asked for holds a secret, or what looks like one; nothing was stored.",
    );
}

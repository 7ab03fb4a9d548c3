import { createRedact, type Redact } from "./redact.ts";

/** A redaction that learns: secrets are rotated while the process runs, and the old ones stay secret. */
export type LiveRedact = { redact: Redact; learn: (secrets: readonly string[]) => void };

export function createLiveRedact(secrets: readonly string[]): LiveRedact {
  const known = new Set(secrets);
  let current = createRedact(known);
  return {
    redact: (text) => current(text),
    learn: (more) => {
      if (more.every((secret) => known.has(secret))) return;
      for (const secret of more) known.add(secret);
      current = createRedact(known);
    },
  };
}

import { createRedact, createSecretFinder, type Redact } from "./redact.ts";

/** A redaction that learns: secrets are rotated while the process runs, and the old ones stay secret. */
export type LiveRedact = {
  redact: Redact;
  /** Whether a text holds a secret that we know: then it is not ours to pass on, masked or not. */
  holdsSecret: (text: string) => boolean;
  learn: (secrets: readonly string[]) => void;
  /** All of them, for what must look for parts of one. */
  secrets: () => Iterable<string>;
};

export function createLiveRedact(secrets: readonly string[]): LiveRedact {
  const known = new Set(secrets);
  let current = createRedact(known);
  let finder = createSecretFinder(known);
  return {
    redact: (text) => current(text),
    holdsSecret: (text) => finder(text),
    secrets: () => known,
    learn: (more) => {
      if (more.every((secret) => known.has(secret))) return;
      for (const secret of more) known.add(secret);
      current = createRedact(known);
      finder = createSecretFinder(known);
    },
  };
}

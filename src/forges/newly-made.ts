import type { Clock } from "../domain/clock.ts";

/** Remembers for a minute what we made at the forge: until then a 404 for it is a copy that lags behind, and not the truth. */
export type NewlyMade = { add: (key: string) => void; has: (key: string) => boolean };

export function createNewlyMade(now: Clock): NewlyMade {
  const madeAtMs = new Map<string, number>();
  const isNew = (atMs: number): boolean => now().getTime() - atMs < newForMs;
  return {
    add: (key) => {
      for (const [other, atMs] of madeAtMs) if (!isNew(atMs)) madeAtMs.delete(other);
      madeAtMs.set(key, now().getTime());
    },
    has: (key) => isNew(madeAtMs.get(key) ?? -Infinity),
  };
}

const newForMs = 60_000;

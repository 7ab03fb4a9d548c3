const delaysMs = [10_000, 30_000, 90_000];
/** So far a delay may lie from its middle, so that what failed together does not come back together. */
const spread = 0.2;

/** How long to wait after the attempt of this number, from 1. `random` gives numbers from 0 up to 1. */
export function backoffMs(attempt: number, random: () => number): number {
  const delay = delaysMs[Math.min(Math.max(attempt, 1), delaysMs.length) - 1] ?? 0;
  return Math.round(delay * (1 - spread + 2 * spread * random()));
}

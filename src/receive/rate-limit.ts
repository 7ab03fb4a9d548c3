/** How many addresses are counted at once; past it the count starts anew, which lets through rather than grows. */
const addressesMax = 100_000;

/** Counts requests by address in whole minutes. */
export function createRateLimit(
  perMinute: number,
  now: () => number,
): (address: string) => { allowed: boolean; retryAfterSeconds: number } {
  let minute = -1;
  const counts = new Map<string, number>();
  return (address) => {
    const ms = now();
    const current = Math.floor(ms / 60_000);
    if (current !== minute || counts.size >= addressesMax) {
      minute = current;
      counts.clear();
    }
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return { allowed: count <= perMinute, retryAfterSeconds: Math.ceil(((current + 1) * 60_000 - ms) / 1000) };
  };
}

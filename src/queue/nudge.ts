/**
 * Lets a loop sleep until there is work, at most for a while. A nudge that comes while nobody sleeps is not lost: the next sleep ends at once, and nobody is
 * asked how long it should have been.
 */
export type Nudge = { now: () => void; wait: (ms: () => Promise<number>) => Promise<void> };

export function createNudge(): Nudge {
  let wake: () => void = () => {};
  let isPending = false;
  return {
    now: () => {
      isPending = true;
      wake();
    },
    wait: async (ms) => {
      const sleepMs = isPending ? 0 : await ms();
      if (!isPending) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, sleepMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isPending = false;
    },
  };
}

/** Lets a loop sleep until there is work, at most for a while. A nudge that comes while nobody sleeps is not lost: the next sleep ends at once. */
export type Nudge = { now: () => void; wait: (ms: number) => Promise<void> };

export function createNudge(): Nudge {
  let wake: () => void = () => {};
  let isPending = false;
  return {
    now: () => {
      isPending = true;
      wake();
    },
    wait: async (ms) => {
      if (!isPending) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
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

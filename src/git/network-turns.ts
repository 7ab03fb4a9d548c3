/** Gives its holder the right to talk to a remote; call what it resolves with when that is over; a second call does nothing. */
export type NetworkTurns = { take: (credential: string, signal: AbortSignal | undefined) => Promise<() => void> };

type Waiting = { credential: string; begin: () => void };

/** One git with one credential at a time, and no more than `most` altogether, first come first served. */
export function createNetworkTurns(most: number): NetworkTurns {
  const busy = new Set<string>();
  let waiting: Waiting[] = [];

  return {
    take: (credential, signal) =>
      new Promise((resolve, reject) => {
        const abandon = () => {
          waiting = waiting.filter((one) => one !== mine);
          reject(signal?.reason as Error);
        };
        const mine: Waiting = {
          credential,
          begin: () => {
            signal?.removeEventListener("abort", abandon);
            let isOver = false;
            resolve(() => {
              if (isOver) return;
              isOver = true;
              busy.delete(credential);
              beginWhoMay();
            });
          },
        };
        if (signal?.aborted === true) return abandon();
        signal?.addEventListener("abort", abandon, { once: true });
        waiting.push(mine);
        beginWhoMay();
      }),
  };

  function beginWhoMay(): void {
    for (const one of waiting) {
      if (busy.size >= most) return;
      if (busy.has(one.credential)) continue;
      busy.add(one.credential);
      waiting = waiting.filter((other) => other !== one);
      one.begin();
    }
  }
}

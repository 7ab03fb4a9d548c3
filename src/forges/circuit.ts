/** Keeps us from knocking at a door behind which nobody is: see `createCircuit`. Times are milliseconds. */
export type Circuit = {
  /** Null when a call may go out; else when the next one may. A call that is let through a circuit that was open is the probe: others wait for it. */
  closedUntilMs: (nowMs: number) => number | null;
  unreachable: (nowMs: number) => void;
  reached: () => void;
};

/** Opens after five calls in a row that did not reach the forge, and then lets one through every minute until one does. One per host. */
export function createCircuit(): Circuit {
  let misses = 0;
  let nextMs = -Infinity;
  return {
    closedUntilMs: (nowMs) => {
      if (misses < missesMax) return null;
      if (nowMs < nextMs) return nextMs;
      nextMs = nowMs + probeMs;
      return null;
    },
    unreachable: (nowMs) => {
      misses += 1;
      if (misses >= missesMax) nextMs = nowMs + probeMs;
    },
    reached: () => {
      misses = 0;
    },
  };
}

const missesMax = 5;
const probeMs = 60_000;

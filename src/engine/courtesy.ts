import { setTimeout as wait } from "node:timers/promises";

/** How the digester makes way for senders: they wait for an answer, deliveries that are stored do not. */
export type Courtesy = {
  /** A batch of so many bytes has been stored just now. */
  accepted: (bytes: number) => void;
  isBusy: () => boolean;
  /** Waits for a pause between senders, or until patience ends; at once when nobody sends. */
  stepBack: (stopping: AbortSignal) => Promise<void>;
};

/** A pause is this long without a batch. After a large body it is longer: more of them may be on their way, and understanding one takes many times its size of memory. */
const pauseMs = { small: 5, large: 500 };
/** But for no longer than this at a time: however much is sent, what is stored is understood in the end. */
const patienceMs = { small: 250, large: 15_000 };
const largeBytesMin = 1024 * 1024;

export function createCourtesy(now: () => number = () => performance.now()): Courtesy {
  let busyUntil = -Infinity;
  let size: "small" | "large" = "small";
  const isBusy = (): boolean => now() < busyUntil;
  return {
    accepted: (bytes) => {
      const isLarge = bytes >= largeBytesMin;
      // The pause that a large body has bought is not shortened by a small one.
      if (isLarge || !isBusy()) size = isLarge ? "large" : "small";
      busyUntil = Math.max(busyUntil, now() + pauseMs[isLarge ? "large" : "small"]);
    },
    isBusy,
    stepBack: async (stopping) => {
      const since = now();
      do await wait(isBusy() ? 5 : 0);
      while (!stopping.aborted && isBusy() && now() - since < patienceMs[size]);
    },
  };
}

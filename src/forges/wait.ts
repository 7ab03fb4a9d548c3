import { setTimeout as sleep } from "node:timers/promises";

/** Waits so long; ends early, without an error, when the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

export const wait: Wait = async (ms, signal) => {
  await sleep(Math.max(ms, 0), undefined, signal === undefined ? {} : { signal }).catch(() => {});
};

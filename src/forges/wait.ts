import { setTimeout as sleep } from "node:timers/promises";

/** Waits so long, or until the signal is aborted; throws nothing. */
export type Wait = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** Waits; ends early, without an error, when the signal is aborted. */
export async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(Math.max(ms, 0), undefined, signal === undefined ? {} : { signal }).catch(() => {});
}

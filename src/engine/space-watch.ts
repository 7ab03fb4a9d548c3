/** Whether the disk under the store is almost full. */
export type SpaceWatch = { isFull: () => boolean; stop: () => void };

/** A commit that fails for a full disk is clean, but reads, checkpoints and retention need room too: senders are sent away before it comes to that. */
const freeBytesMin = 256 * 1024 * 1024;
const lookMs = 1000;

export function watchSpace(freeBytes: () => number | null): SpaceWatch {
  const look = (): boolean => (freeBytes() ?? Infinity) < freeBytesMin;
  let full = look();
  const timer = setInterval(() => {
    full = look();
  }, lookMs);
  timer.unref();
  return { isFull: () => full, stop: () => clearInterval(timer) };
}

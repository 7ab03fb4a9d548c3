import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

const walBytesMax = 32 * 1024 * 1024;
/** After a try that readers stood in the way of, the next comes when the journal has grown by as much. */
const growthBytes = 4 * 1024 * 1024;
/** The longer it has become, the longer writers may wait for readers: a moment at first, a second when it is half as long again. */
const waitForReadersMs = { first: 250, later: 1000 };

/**
 * Keeps the write-ahead journal short; to be called after commits. SQLite's own checkpoints never wait, so that readers which follow one another without a
 * pause would let it grow for ever: past a limit this one does wait, for as long as the reads that run just then, and starts the journal anew.
 */
export function limitWal(raw: DatabaseSync, path: string, busyTimeoutMs: number): () => void {
  let nextAtBytes = walBytesMax;
  return () => {
    const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes < nextAtBytes) return;
    const waitMs = waitForReadersMs[bytes < walBytesMax * 1.5 ? "first" : "later"];
    nextAtBytes = isAnew(waitMs) ? walBytesMax : bytes + growthBytes;
  };

  /** Never throws: the commit before it has succeeded, and a disk that fails shows at the next one. */
  function isAnew(waitMs: number): boolean {
    try {
      raw.exec(`pragma busy_timeout = ${waitMs}`);
      return raw.prepare("pragma wal_checkpoint(truncate)").get()?.["busy"] === 0;
    } catch {
      return false;
    } finally {
      raw.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }
}

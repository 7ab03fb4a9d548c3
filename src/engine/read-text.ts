import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { ReadText } from "../operations/operation.ts";

/**
 * Reads the beginning of a text file that we wrote: a regular one, never through a link that somebody put in its place. What is too long ends with a whole line.
 * Null where there is no such file.
 */
export const readText: ReadText = async (path, bytesMax) => {
  // Not blocking: opening a pipe for reading would wait for its writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== undefined && noSuchFile.has(error.code)) return null;
    throw error;
  });
  if (handle === null) return null;
  try {
    const status = await handle.stat();
    if (!status.isFile()) return null;
    const buffer = Buffer.alloc(Math.min(status.size, bytesMax));
    let read = 0;
    while (read < buffer.length) {
      const { bytesRead } = await handle.read(buffer, read, buffer.length - read, read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    const isCut = status.size > read;
    const lastBreak = buffer.lastIndexOf(0x0a, read - 1);
    const end = isCut && lastBreak >= 0 ? lastBreak + 1 : read;
    return { text: buffer.toString("utf8", 0, end), bytes: status.size, isCut };
  } finally {
    await handle.close();
  }
};

/** What `open` says when nothing is there, or a link (ELOOP), or no place that a file could be in. */
const noSuchFile: ReadonlySet<string> = new Set(["ENOENT", "ELOOP", "ENOTDIR", "ENXIO", "EACCES", "EMLINK"]);

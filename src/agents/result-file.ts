import { constants } from "node:fs";
import { open } from "node:fs/promises";

export const resultBytesMax = 262_144;

export type ResultFile = { kind: "read"; text: string } | { kind: "missing" } | { kind: "refused"; because: string };

/**
 * Reads what an agent left in a folder that it could write to, after it is gone. A link is not followed, and nothing waits for a pipe that nobody
 * fills; more than 256 KiB is refused.
 */
export async function readResultFile(path: string): Promise<ResultFile> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { kind: "refused", because: "its result is not a regular file" };
      if (stat.size > resultBytesMax)
        return { kind: "refused", because: `its result has more than ${resultBytesMax} bytes` };
      return { kind: "read", text: (await file.readFile()).toString("utf8") };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { kind: "missing" };
    if (code === "EACCES") return { kind: "refused", because: "its result may not be read" };
    if (code === "ELOOP" || code === "ENXIO") return { kind: "refused", because: "its result is not a regular file" };
    throw error;
  }
}

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { PullwrightError } from "../domain/error.ts";

/**
 * Reads a file of somebody else's `.git`; null when there is none. What is no regular file (a pipe would make us wait for ever, a device never end) or
 * larger than it can honestly be is refused.
 *
 * @throws {PullwrightError} CHECKOUT_UNSAFE
 */
export async function readPlainFile(path: string, bytesMax: number): Promise<Buffer | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new PullwrightError("CHECKOUT_UNSAFE", `${path} cannot be read.`, { cause: error });
  }
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) return null;
    if (!stats.isFile()) throw new PullwrightError("CHECKOUT_UNSAFE", `${path} is no regular file.`);
    if (stats.size > bytesMax)
      throw new PullwrightError("CHECKOUT_UNSAFE", `${path} is larger than ${bytesMax} bytes.`);
    const bytes = await file.readFile();
    if (bytes.length > bytesMax) throw new PullwrightError("CHECKOUT_UNSAFE", `${path} grows while it is read.`);
    return bytes;
  } finally {
    await file.close();
  }
}

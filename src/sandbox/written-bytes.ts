import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** A file, however small, takes a block; so many empty ones are as bad as one that is large. */
const entryBytesMin = 4096;

/** What the folders and files hold on their disk. Stops counting above `bytesMax`. What vanishes meanwhile counts as nothing. */
export async function bytesBelow(paths: string[], bytesMax: number): Promise<number> {
  let bytes = 0;
  const waiting = [...paths];
  for (let path = waiting.pop(); path !== undefined && bytes <= bytesMax; path = waiting.pop()) {
    const found = await lstat(path).catch(() => null);
    if (found === null) continue;
    bytes += Math.max(found.blocks * 512, entryBytesMin);
    if (!found.isDirectory()) continue;
    const folder = await opendir(path).catch(() => null);
    if (folder === null) continue;
    try {
      for await (const entry of folder) waiting.push(join(path, entry.name));
    } catch {
      continue;
    }
  }
  return bytes;
}

import { lstat, readdir } from "node:fs/promises";

/** A tree wider than this is not searched to its end. */
const entriesMax = 500_000;

/**
 * Finds pipes, sockets and devices in a working tree. git does not see them, so nobody would learn that they are in no commit. Links are not followed,
 * and folders in `leftOut` (paths as latin1) are not entered.
 */
export async function findSpecialFiles(root: string, leftOut: (folder: string) => boolean): Promise<Buffer[]> {
  const special: Buffer[] = [];
  const folders = [""];
  let entriesSeen = 0;
  for (let folder = folders.pop(); folder !== undefined && entriesSeen < entriesMax; folder = folders.pop()) {
    const path = pathOf(root, folder);
    const entries = await readdir(path, { withFileTypes: true, encoding: "buffer" }).catch(() => []);
    entriesSeen += entries.length;
    for (const entry of entries) {
      const name = entry.name.toString("latin1");
      const child = folder === "" ? name : `${folder}/${name}`;
      if (entry.isDirectory()) {
        if (name !== ".git" && !leftOut(child)) folders.push(child);
      } else if (!entry.isFile() && !entry.isSymbolicLink() && (await isSpecial(pathOf(root, child)))) {
        special.push(Buffer.from(child, "latin1"));
      }
    }
  }
  return special;
}

function pathOf(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(root), ...(path === "" ? [] : [Buffer.from(`/${path}`, "latin1")])]);
}

/** Some file systems do not say in a listing what an entry is. */
async function isSpecial(path: Buffer): Promise<boolean> {
  const stats = await lstat(path).catch(() => null);
  return stats !== null && !stats.isFile() && !stats.isDirectory() && !stats.isSymbolicLink();
}

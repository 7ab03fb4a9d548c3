import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";

/** A folder of artifacts: what a command leaves behind for people and for the next command. */
export type Artifacts = {
  folder: string;
  /** Writes a file whole or not at all, over the one that was there, and answers its path. Safe to call again. */
  write: (name: string, content: string) => Promise<string>;
  /** The same of a value, as JSON that people can read. */
  writeJson: (name: string, value: object) => Promise<string>;
};

/**
 * Opens `<parent>/<name>`, made when it is not there. Its files are readable by their owner alone. The parent may lie in a checkout: a link that somebody put
 * in the folder's place is refused, because it would lead our files elsewhere.
 *
 * @throws PullwrightError CHECKOUT_UNSAFE
 */
export async function openArtifacts(parent: string, name: string): Promise<Artifacts> {
  const folder = join(parent, name);
  await checkArtifactsFolder(parent, name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await checkArtifactsFolder(parent, name);
  return { folder, write, writeJson: (file, value) => write(file, `${JSON.stringify(value, null, 2)}\n`) };

  async function write(file: string, content: string): Promise<string> {
    const path = join(folder, file);
    const temporary = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      // `wx` follows no link that somebody put there.
      const handle = await open(temporary, "wx", 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    return path;
  }
}

/**
 * Holds that `<parent>/<name>` is a folder or can become one, and makes nothing: for who has much to do before the first artifact.
 *
 * @throws PullwrightError CHECKOUT_UNSAFE
 */
export async function checkArtifactsFolder(parent: string, name: string): Promise<void> {
  const folder = join(parent, name);
  const [above, there] = await Promise.all([parent, folder].map((path) => lstat(path).catch(() => null)));
  if (there?.isDirectory() === false || above?.isFile() === true)
    throw new PullwrightError(
      "CHECKOUT_UNSAFE",
      `${folder} is a link, or no folder can be there; the artifacts' folder is a folder.`,
    );
}

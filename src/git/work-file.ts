import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink } from "node:fs/promises";
import { PullwrightError } from "../domain/error.ts";
import { shownPath } from "./file-change.ts";

/** What stands at a path of the working tree. A path below a link or a file is `missing`: it is not in this tree. */
export type WorkFile =
  | { kind: "file"; isExecutable: boolean; bytes: Buffer }
  | { kind: "link"; target: Buffer }
  | { kind: "folder" }
  | { kind: "missing" }
  /** A pipe, a socket, a device. */
  | { kind: "special" };

/** Reads files of one working tree, one at a time. Disposing of it closes the folder that it keeps open. */
export type WorkFileReader = AsyncDisposable & {
  read: (path: Buffer) => Promise<WorkFile>;
  /** Whether anything stands at the path, within the tree. */
  exists: (path: Buffer) => Promise<boolean>;
};

/**
 * Reads files of a folder in which somebody else may be writing, moving and linking at this moment. Nothing outside the folder is read: the folder of a
 * file is opened, the system is asked what it is that was opened, and the file is then opened from there, never through a link. A file that changes
 * while it is read is read again.
 *
 * @throws {PullwrightError} WORK_TOO_LARGE for one file, CHECKOUT_UNSAFE for one that cannot be read or does not keep still
 */
export function createWorkFileReader(
  root: string,
  fileBytesMax: number,
  reach: (step: string) => void = () => undefined,
): WorkFileReader {
  let current: { path: string; folder: Folder } | null = null;

  return {
    read: async (path) => {
      const found = await find(path);
      if (found === null) return { kind: "missing" };
      for (let tries = 0; tries < triesMax; tries += 1) {
        const file = await readOnce(found.folder, found.name, path, { fileBytesMax, reach });
        if (file !== "changed") return file;
      }
      throw new PullwrightError(
        "CHECKOUT_UNSAFE",
        `${shownPath(path)} changes all the time; wait until the work is done.`,
      );
    },
    exists: async (path) => {
      const found = await find(path);
      return found !== null && (await lstat(pathIn(found.folder, found.name)).catch(() => null)) !== null;
    },
    [Symbol.asyncDispose]: close,
  };

  async function find(path: Buffer): Promise<{ folder: Folder; name: Buffer } | null> {
    const slash = path.lastIndexOf(0x2f);
    const folderPath = path.toString("latin1", 0, Math.max(slash, 0));
    // Asked anew for each file where the system cannot say what stands behind an open folder.
    if (current?.path !== folderPath || !systemNamesOpenFiles) {
      await close();
      const folder = await openFolder(root, folderPath);
      if (folder === null) return null;
      current = { path: folderPath, folder };
    }
    return { folder: current.folder, name: path.subarray(slash + 1) };
  }

  async function close(): Promise<void> {
    await current?.folder.handle?.close();
    current = null;
  }
}

const triesMax = 5;
const systemNamesOpenFiles = process.platform === "linux";

/** `prefix` is how a name in the folder is reached. */
type Folder = { handle: FileHandle | null; prefix: Buffer };

function pathIn({ prefix }: Folder, name: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.from("/"), name]);
}

async function openFolder(root: string, folderPath: string): Promise<Folder | null> {
  const path = Buffer.concat([
    Buffer.from(root),
    ...(folderPath === "" ? [] : [Buffer.from(`/${folderPath}`, "latin1")]),
  ]);
  if (!systemNamesOpenFiles) return (await isReallyThere(root, folderPath)) ? { handle: null, prefix: path } : null;
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return null;
    throw new PullwrightError(
      "CHECKOUT_UNSAFE",
      `The folder ${shownPath(Buffer.from(folderPath, "latin1"))} cannot be read.`,
      { cause: error },
    );
  }
  const opened = await readlink(`/proc/self/fd/${handle.fd}`, { encoding: "buffer" });
  if (opened.equals(path)) return { handle, prefix: Buffer.from(`/proc/self/fd/${handle.fd}`) };
  await handle.close();
  return null;
}

/** Without help of the system: each part is looked at, and must be a folder and no link. */
async function isReallyThere(root: string, folderPath: string): Promise<boolean> {
  let path = Buffer.from(root);
  for (const part of folderPath === "" ? [] : folderPath.split("/")) {
    path = Buffer.concat([path, Buffer.from(`/${part}`, "latin1")]);
    const stats = await lstat(path).catch(() => null);
    if (stats === null || !stats.isDirectory()) return false;
  }
  return true;
}

async function readOnce(
  folder: Folder,
  name: Buffer,
  shown: Buffer,
  { fileBytesMax, reach }: { fileBytesMax: number; reach: (step: string) => void },
): Promise<WorkFile | "changed"> {
  const path = pathIn(folder, name);
  // Looked at before it is opened: opening a device may already do something.
  const entry = await lstat(path).catch(() => null);
  if (entry === null) return { kind: "missing" };
  if (entry.isSymbolicLink()) {
    const target = await readlink(path, { encoding: "buffer" }).catch(() => null);
    return target === null ? "changed" : { kind: "link", target };
  }
  if (entry.isDirectory()) return { kind: "folder" };
  if (!entry.isFile()) return { kind: "special" };

  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ELOOP" || code === "ENXIO") return "changed";
    throw new PullwrightError("CHECKOUT_UNSAFE", `${shownPath(shown)} cannot be read.`, { cause: error });
  }
  try {
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) return "changed";
    if (before.size > BigInt(fileBytesMax)) {
      throw new PullwrightError(
        "WORK_TOO_LARGE",
        `${shownPath(shown)} has ${before.size} bytes; at most ${fileBytesMax} are taken.`,
      );
    }
    const bytes = Buffer.alloc(Number(before.size) + 1);
    const bytesRead = await readFull(file, bytes);
    reach("work-file.read");
    const after = await file.stat({ bigint: true });
    const isSame =
      bytesRead === Number(before.size) &&
      after.size === before.size &&
      after.mtimeNs === before.mtimeNs &&
      after.ctimeNs === before.ctimeNs;
    if (!isSame) return "changed";
    return { kind: "file", isExecutable: (before.mode & 0o100n) !== 0n, bytes: bytes.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

async function readFull(file: FileHandle, into: Buffer): Promise<number> {
  let at = 0;
  while (at < into.length) {
    const { bytesRead } = await file.read(into, at, into.length - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

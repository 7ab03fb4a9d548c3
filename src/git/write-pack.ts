import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { deflate, deflateSync } from "node:zlib";
import type { ObjectFormat, ObjectKind } from "./object-id.ts";

/** Gathers objects in a file and hands them out as one pack, git's format for objects that travel. */
export type PackWriter = AsyncDisposable & {
  /** Each object once. */
  add: (kind: ObjectKind, bytes: Uint8Array) => Promise<void>;
  /** The whole pack, for `git index-pack --stdin`; nothing can be added after it. */
  bytes: () => AsyncIterable<Uint8Array>;
};

/**
 * Writes to a new file, so that the memory it needs is that of the largest object. Disposing of it closes the file and leaves it to whoever owns the
 * folder.
 *
 * @see https://git-scm.com/docs/gitformat-pack
 */
export async function createPackWriter(path: string, format: ObjectFormat): Promise<PackWriter> {
  const file = await open(path, "wx+", 0o600);
  let count = 0;
  return {
    add: async (kind, bytes) => {
      const compressed = bytes.length > 65_536 ? await deflateLater(bytes) : deflateSync(bytes);
      await file.writev([entryHeader(kind, bytes.length), compressed]);
      count += 1;
    },
    bytes: () => packOf(file, count, format),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

const deflateLater = promisify<Uint8Array, Buffer>(deflate);

const typeNumbers: Record<ObjectKind, number> = { commit: 1, tree: 2, blob: 3 };

/** Four bits of the length beside the type, then seven a byte, the least first. */
function entryHeader(kind: ObjectKind, length: number): Buffer {
  const bytes = [];
  let rest = Math.floor(length / 16);
  let byte = (typeNumbers[kind] << 4) | (length % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  bytes.push(byte);
  return Buffer.from(bytes);
}

/** Signature, version 2 and count; the objects; the hash of all of it. */
async function* packOf(file: FileHandle, count: number, format: ObjectFormat): AsyncIterable<Uint8Array> {
  const header = Buffer.from("PACK\0\0\0\u0002\0\0\0\0", "latin1");
  header.writeUInt32BE(count, 8);
  const hash = createHash(format).update(header);
  yield header;
  const chunk = Buffer.alloc(65_536);
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const bytes = Buffer.from(chunk.subarray(0, bytesRead));
    hash.update(bytes);
    yield bytes;
  }
  yield hash.digest();
}

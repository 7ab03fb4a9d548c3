import { type FileHandle, open } from "node:fs/promises";

/** Bytes that were read once and must be the same whenever they are asked for again. */
export type Spool = AsyncDisposable & {
  keep: (bytes: Buffer) => Promise<() => AsyncIterable<Uint8Array>>;
};

/** Keeps them in one new file, so that memory holds one of them at a time. Disposing of it closes the file; its bytes can then not be asked for. */
export async function createSpool(path: string): Promise<Spool> {
  const file = await open(path, "wx+", 0o600);
  let end = 0;
  return {
    keep: async (bytes) => {
      const range = { begin: end, end: end + bytes.length };
      end = range.end;
      for (let at = 0; at < bytes.length;) {
        at += (await file.write(bytes, at, bytes.length - at, range.begin + at)).bytesWritten;
      }
      return () => readRange(file, range);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function* readRange(file: FileHandle, { begin, end }: { begin: number; end: number }): AsyncIterable<Uint8Array> {
  for (let at = begin; at < end;) {
    const chunk = Buffer.alloc(Math.min(1024 * 1024, end - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new Error("The kept bytes are gone");
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

import { open, type FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createHeadAndTail } from "./head-and-tail.ts";

/**
 * What becomes of what a program writes. `all`: kept, and over `bytesMax` the program is ended. `head-and-tail`: its first and last half of `bytesMax`
 * kept in memory, with a line between them that counts what was left out. `file`: the same, into a new file with mode 0600, however much it writes.
 * `none`: handed to `onBytes`, at the speed at which that takes it.
 */
export type OutputWanted =
  | { keep: "all"; bytesMax: number }
  | { keep: "head-and-tail"; bytesMax: number }
  | { keep: "file"; path: string; bytesMax: number; through?: PassedThrough }
  | { keep: "none"; onBytes: (bytes: Buffer) => void | Promise<void> };

/** What makes other bytes of those that are to be kept, before they are: a mask for secrets. `gap` is said where bytes were left out. */
export type PassedThrough = { push: (bytes: Buffer) => Buffer; gap: () => void; end: () => Buffer };

export type KeptOutput = {
  finished: Promise<{ bytes: Buffer; bytesSeen: number }>;
  /** Stops reading, whoever still holds the other end. */
  stop: () => void;
};

type Alarms = { tooMuch: () => void; fail: (cause: unknown) => void };

/** Reads a program's output to its end. Memory stays within `bytesMax`, and the program waits when its reader is slow. */
export function keepOutput(stream: Readable | null, wanted: OutputWanted, alarms: Alarms): KeptOutput {
  if (stream === null) throw new Error("The process was started without pipes");
  // Node lets what a program said flow away when the program ends and nobody listens yet; a file to keep it in takes a moment to open.
  stream.on("readable", listening);
  return { finished: readAll(stream, wanted, alarms), stop: () => void stream.destroy() };
}

function listening(): void {}

async function readAll(
  stream: Readable,
  wanted: OutputWanted,
  alarms: Alarms,
): Promise<{ bytes: Buffer; bytesSeen: number }> {
  let bytesSeen = 0;
  let keeper: Keeper | null = null;
  try {
    keeper = await keeperFor(wanted, alarms.tooMuch);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytesSeen += chunk.length;
      await keeper.write(chunk);
    }
  } catch (cause) {
    if (!isCutShort(cause)) {
      alarms.fail(cause);
      stream.off("readable", listening).resume();
    }
  }
  try {
    return { bytes: (await keeper?.end()) ?? Buffer.alloc(0), bytesSeen };
  } catch (cause) {
    alarms.fail(cause);
    return { bytes: Buffer.alloc(0), bytesSeen };
  }
}

type Keeper = { write: (chunk: Buffer) => void | Promise<void>; end: () => Promise<Buffer> };

async function keeperFor(wanted: OutputWanted, tooMuch: () => void): Promise<Keeper> {
  switch (wanted.keep) {
    case "all":
      return keepingAll(wanted.bytesMax, tooMuch);
    case "head-and-tail": {
      const chunks: Buffer[] = [];
      const both = createHeadAndTail(wanted.bytesMax, (bytes) => void chunks.push(bytes));
      return {
        write: both.write,
        end: async () => {
          await both.end();
          return Buffer.concat(chunks);
        },
      };
    }
    case "file":
      return keepingInFile(await open(wanted.path, "wx", 0o600), wanted.bytesMax, wanted.through ?? asItIs);
    case "none":
      return { write: wanted.onBytes, end: () => Promise.resolve(Buffer.alloc(0)) };
  }
}

function keepingAll(bytesMax: number, tooMuch: () => void): Keeper {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    write: (chunk) => {
      bytes += chunk.length;
      if (bytes > bytesMax) tooMuch();
      else chunks.push(chunk);
    },
    end: () => Promise.resolve(Buffer.concat(chunks)),
  };
}

function keepingInFile(file: FileHandle, bytesMax: number, through: PassedThrough): Keeper {
  const put = async (bytes: Buffer): Promise<void> => {
    if (bytes.length > 0) await file.writeFile(bytes);
  };
  const both = createHeadAndTail(
    bytesMax,
    (bytes) => put(through.push(bytes)),
    (line) => {
      through.gap();
      return put(line);
    },
  );
  return {
    write: both.write,
    end: async () => {
      try {
        await both.end();
        await put(through.end());
      } finally {
        await file.close();
      }
      return Buffer.alloc(0);
    },
  };
}

const asItIs: PassedThrough = { push: (bytes) => bytes, gap: () => {}, end: () => Buffer.alloc(0) };

/** We stopped reading ourselves, or the pipe ended under us. */
function isCutShort(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException | null)?.code;
  return code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ECONNRESET" || code === "ABORT_ERR";
}

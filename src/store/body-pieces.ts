import { zstdCompressSync, zstdDecompressSync, constants } from "node:zlib";

/** Below this the frame costs more than it saves. */
const compressedBytesMin = 512;
/** A piece takes bodies until it has so many bytes: a reader of one body decompresses no more than that besides. */
const pieceBytesMax = 1024 * 1024;
/** Bodies that lie apart in memory are brought together by copying, which is worth it for small pieces only. */
const copiedBytesMax = 64 * 1024;
/** The receiver's own limit: no body was ever larger, and a larger one is alone in its piece. */
const bodyBytesMax = 25 * 1024 * 1024;
const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };

export type BodyEncoding = "zstd" | "identity";

/** Some bodies of one batch, one after the other, as they are kept. */
export type BodyPiece = { encoding: BodyEncoding; content: Uint8Array };

/** Where a body is: in which piece of its batch, from which byte of it, how many. */
export type BodyPlace = { piece: number; from: number; bytes: number };

/**
 * The bodies of a batch as they are kept: together, because a call of the compressor costs as much as compressing 50 KB. zstd at its fastest makes
 * payloads about an eighth, and less where they repeat each other, so that the synced write is shorter than the time that compressing takes. What comes
 * back out is the same bytes, checked by zstd's own checksum.
 */
export function packBodies(bodies: Uint8Array[]): { pieces: BodyPiece[]; places: BodyPlace[] } {
  const pieces: BodyPiece[] = [];
  const places: BodyPlace[] = [];
  let together: Uint8Array[] = [];
  let bytes = 0;
  const close = (): void => {
    if (together.length > 0) pieces.push(encode(together, bytes));
    together = [];
    bytes = 0;
  };
  for (const body of bodies) {
    const isFull = bytes + body.byteLength > pieceBytesMax;
    if (isFull || (bytes >= copiedBytesMax && !isNextTo(together.at(-1), body))) close();
    places.push({ piece: pieces.length, from: bytes, bytes: body.byteLength });
    together.push(body);
    bytes += body.byteLength;
  }
  close();
  return { pieces, places };
}

/** The bytes of a piece. Throws when what is stored is damaged, or is more than a piece can hold. */
export function openPiece({ encoding, content }: BodyPiece): Uint8Array {
  return encoding === "zstd" ? zstdDecompressSync(content, { maxOutputLength: bodyBytesMax }) : content;
}

function encode(bodies: Uint8Array[], bytes: number): BodyPiece {
  const whole = wholeOf(bodies, bytes);
  if (bytes < compressedBytesMin) return { encoding: "identity", content: whole };
  // The compressor allocates its output in these steps, anew each time: about what it will need.
  const chunkSize = Math.min(Math.max(Math.ceil(bytes / 8), 8192), 1024 * 1024);
  return { encoding: "zstd", content: zstdCompressSync(whole, { params, pledgedSrcSize: bytes, chunkSize }) };
}

/** The bytes of a batch lie side by side as they came from the other thread: then nothing is copied, and no memory waits for the garbage collector. */
function wholeOf(bodies: Uint8Array[], bytes: number): Uint8Array {
  const first = bodies[0] as Uint8Array;
  const isOneRun = bodies.every((body, index) => index === 0 || isNextTo(bodies[index - 1], body));
  return isOneRun ? new Uint8Array(first.buffer, first.byteOffset, bytes) : Buffer.concat(bodies, bytes);
}

function isNextTo(before: Uint8Array | undefined, body: Uint8Array): boolean {
  return before?.buffer === body.buffer && before.byteOffset + before.byteLength === body.byteOffset;
}

import { zstdCompressSync, zstdDecompressSync, constants } from "node:zlib";

/** Below this the frame costs more than it saves. */
const compressedBytesMin = 512;
/** The receiver's own limit: what is stored was never larger. */
const bodyBytesMax = 25 * 1024 * 1024;
const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 };
/** Node's own default of 16 KiB is more than a compressed payload needs, and it is allocated anew each time. */
const chunkBytes = 8192;

export type EncodedBody = { body: Uint8Array; encoding: "zstd" | "identity"; bytes: number };

/**
 * A webhook body as it is kept. zstd at its fastest makes a payload about an eighth, so that the synced write is shorter than the time that
 * compressing takes. What comes back out is the same bytes, checked by zstd's own checksum.
 */
export function encodeBody(body: Uint8Array): EncodedBody {
  if (body.byteLength < compressedBytesMin) return { body, encoding: "identity", bytes: body.byteLength };
  return {
    body: zstdCompressSync(body, { params, pledgedSrcSize: body.byteLength, chunkSize: chunkBytes }),
    encoding: "zstd",
    bytes: body.byteLength,
  };
}

export function decodeBody(body: Uint8Array, encoding: "zstd" | "identity"): Uint8Array {
  return encoding === "zstd" ? zstdDecompressSync(body, { maxOutputLength: bodyBytesMax }) : body;
}

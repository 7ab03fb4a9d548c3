export type HeadAndTail = { write: (chunk: Buffer) => void | Promise<void>; end: () => Promise<void> };

/**
 * Passes on the first half of `bytesMax` as it comes, holds back the last half, and passes that on at the end. What fell between is counted, in a line
 * of its own. Never holds more than half of `bytesMax`. `putLeftOut` puts that line, for who does so otherwise.
 */
export function createHeadAndTail(
  bytesMax: number,
  put: (bytes: Buffer) => void | Promise<void>,
  putLeftOut: (line: Buffer) => void | Promise<void> = put,
): HeadAndTail {
  const headBytesMax = Math.ceil(bytesMax / 2);
  const tail = Buffer.allocUnsafe(Math.max(bytesMax - headBytesMax, 1));
  let headBytes = 0;
  /** Bytes seen since the head was full; the last of them are in `tail`, a ring. */
  let laterBytes = 0;

  return {
    write: (chunk) => {
      const toHead = Math.min(headBytesMax - headBytes, chunk.length);
      headBytes += toHead;
      remember(chunk.subarray(toHead));
      return toHead > 0 ? put(chunk.subarray(0, toHead)) : undefined;
    },
    end: async () => {
      const keptBytes = Math.min(laterBytes, tail.length);
      if (laterBytes > keptBytes) await putLeftOut(Buffer.from(`\n[… ${laterBytes - keptBytes} bytes left out …]\n`));
      const begin = laterBytes > tail.length ? laterBytes % tail.length : 0;
      await put(Buffer.concat([tail.subarray(begin, keptBytes), tail.subarray(0, begin)]));
    },
  };

  function remember(bytes: Buffer): void {
    const last = bytes.subarray(-tail.length);
    const skipped = bytes.length - last.length;
    const at = (laterBytes + skipped) % tail.length;
    const beforeWrap = last.copy(tail, at);
    last.copy(tail, 0, beforeWrap);
    laterBytes += bytes.length;
  }
}

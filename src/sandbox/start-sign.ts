/**
 * Tells what a sandbox's set-up says from what the program says: the set-up ends with a line that nobody could know before. What comes after that line goes
 * on to the reader.
 */
export function createStartSign(
  sign: string,
  pass: (bytes: Uint8Array) => void,
): {
  take: (bytes: Uint8Array) => void;
  /** What came instead of the sign; null once it has come. */ before: () => string | null;
} {
  const line = Buffer.from(`${sign}\n`);
  let kept: Buffer | null = Buffer.alloc(0);
  return {
    take: (bytes) => {
      if (kept === null) return pass(bytes);
      kept = Buffer.concat([kept, bytes]).subarray(-keptBytesMax);
      const at = kept.indexOf(line);
      if (at === -1) return;
      const rest = kept.subarray(at + line.length);
      kept = null;
      if (rest.length > 0) pass(rest);
    },
    before: () => kept?.toString("utf8") ?? null,
  };
}

const keptBytesMax = 65_536;

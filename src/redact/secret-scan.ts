/** Looks through bytes as they come, for a secret that may lie across two pieces of them. */
export type SecretScan = { push: (bytes: Uint8Array) => void; found: () => boolean };

/** Longer than any form of any secret: so much of one piece is looked at again with the next. */
const overlapCharacters = 8192;

/** Secrets are plain ASCII, so each byte is taken as one character, whatever the bytes mean. */
export function createSecretScan(holdsSecret: (text: string) => boolean): SecretScan {
  let rest = "";
  let found = false;
  return {
    push: (bytes) => {
      if (found) return;
      const text = rest + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
      found = holdsSecret(text);
      rest = text.slice(-overlapCharacters);
    },
    found: () => found,
  };
}

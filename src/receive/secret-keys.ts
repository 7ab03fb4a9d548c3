import { createHmac, createSecretKey, randomBytes, timingSafeEqual } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** What is derived from secrets, kept by the secret's value so that a request derives nothing. */
export type SecretKeys = {
  /** The key of a secret that is used as the bytes that it is. */
  ofText: (secret: string) => KeyObject;
  /** The key inside `whsec_<base64>`; null when the token is malformed: it verifies nothing. */
  ofSigningToken: (token: string) => KeyObject | null;
  /**
   * Which of the secrets a token that was sent is. Digests under a key that only this process knows are compared, of equal length and all of
   * them, so that the time taken tells nothing about any.
   */
  secretThatIs: (token: Uint8Array, secrets: readonly string[]) => "current" | "previous" | null;
};

export function createSecretKeys(): SecretKeys {
  const processKey = createSecretKey(randomBytes(32));
  const digest = (bytes: Uint8Array): Buffer => createHmac("sha256", processKey).update(bytes).digest();
  const digestOf = rememberBySecret((secret) => digest(Buffer.from(secret, "utf8")));
  return {
    ofText: rememberBySecret((secret) => createSecretKey(Buffer.from(secret, "utf8"))),
    ofSigningToken: rememberBySecret(keyOfSigningToken),
    secretThatIs(token, secrets) {
      const sent = digest(token);
      let matches = 0;
      for (let index = 0; index < secrets.length && index < 3; index += 1) {
        const secret = secrets[index] as string;
        if (secret !== "") matches |= Number(timingSafeEqual(sent, digestOf(secret))) << index;
      }
      if (matches === 0) return null;
      return (matches & 1) === 1 ? "current" : "previous";
    },
  };
}

/** Far more than are ever live at once; rotations in a long run must not add up. */
const secretsMax = 1_000;

function rememberBySecret<Derived extends object | null>(
  derive: (secret: string) => Derived,
): (secret: string) => Derived {
  const known = new Map<string, Derived>();
  return (secret) => {
    const remembered = known.get(secret);
    if (remembered !== undefined) return remembered;
    if (known.size >= secretsMax) known.clear();
    const derived = derive(secret);
    known.set(secret, derived);
    return derived;
  };
}

/** Node decodes base64 leniently, so the form is checked first. */
const signingTokenPattern = /^(?:whsec_)?((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;

function keyOfSigningToken(token: string): KeyObject | null {
  const encoded = signingTokenPattern.exec(token)?.[1];
  return encoded === undefined ? null : createSecretKey(Buffer.from(encoded, "base64"));
}

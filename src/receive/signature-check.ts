import { createHmac, timingSafeEqual } from "node:crypto";
import type { Hmac, KeyObject } from "node:crypto";

/** The keys of the secrets that are live for a source. */
export type LiveKeys = {
  /** At most three, the current one first. */
  keys: KeyObject[];
  /** False when only a previous secret is live. */
  firstIsCurrent: boolean;
};

/** A signature that is still to be checked against the body: HMAC-SHA256, under any of the live secrets. */
export type SignatureCheck = {
  live: LiveKeys;
  /** What is signed before the body: `{id}.{timestamp}.` for GitLab's signing token, else nothing. */
  signedBefore: string;
  /** The digests that the sender claims, 32 bytes each; any one of them counts. */
  claimed: Buffer[];
};

/** More live secrets than this are not looked at: each costs a pass over the body. */
const liveSecretsMax = 3;

/** The keys of a list of secrets, which may hold empty ones (those are no secrets) and ones that `derive` can make no key of. */
export function liveKeys(secrets: readonly string[], derive: (secret: string) => KeyObject | null): LiveKeys {
  const live: LiveKeys = { keys: [], firstIsCurrent: false };
  for (let index = 0; index < secrets.length && live.keys.length < liveSecretsMax; index += 1) {
    const secret = secrets[index] as string;
    const key = secret === "" ? null : derive(secret);
    if (key === null) continue;
    if (index === 0) live.firstIsCurrent = true;
    live.keys.push(key);
  }
  return live;
}

/** One running HMAC for each live secret; every piece of the body goes into all of them. */
export function startHmacs(check: SignatureCheck): Hmac[] {
  const hmacs: Hmac[] = [];
  for (const key of check.live.keys) {
    const hmac = createHmac("sha256", key);
    if (check.signedBefore !== "") hmac.update(check.signedBefore);
    hmacs.push(hmac);
  }
  return hmacs;
}

/**
 * Which of the live secrets made a claimed signature, null when none did. Every secret is compared with every claim whatever the others said,
 * always over 32 bytes, so that the time taken tells nothing. Uses the HMACs up.
 */
export function secretThatSigned(check: SignatureCheck, hmacs: Hmac[]): "current" | "previous" | null {
  let matches = 0;
  for (let index = 0; index < hmacs.length; index += 1) {
    const digest = (hmacs[index] as Hmac).digest();
    for (const claimed of check.claimed) matches |= Number(timingSafeEqual(digest, claimed)) << index;
  }
  if (matches === 0) return null;
  return (matches & 1) === 1 && check.live.firstIsCurrent ? "current" : "previous";
}

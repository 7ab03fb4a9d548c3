import { createHash } from "node:crypto";

/**
 * A token that a request can carry now, and the name under which its standing is kept. `isFresh`: it was made a moment ago, so that the forge may not
 * know it everywhere yet, and it may be shown once more although it was refused.
 */
export type Credential = { token: string; fingerprint: string; isFresh?: boolean };

/**
 * Gives the credential as it is now: files are read again each time or nearly so, tokens of an App are made when the last one ends. With `refusedToken`
 * the forge has just said that it does not know that one, so nothing remembered may be given again. Throws when there is none.
 */
export type CredentialSource = (options?: { refusedToken?: string }) => Promise<Credential>;

/** Names a token without telling it: two tokens never share a standing, one token has the same after a restart. */
export function fingerprintOf(host: string, token: string): string {
  return createHash("sha256").update(`pullwright credential\0${host}\0${token}`).digest("hex").slice(0, 32);
}

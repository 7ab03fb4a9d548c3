import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Who may ask: whoever has the token, or a browser that was signed in with it. */
export type SignIn = {
  /** True for a right `Authorization: Bearer` header. */
  acceptsBearer: (header: string | undefined) => boolean;
  acceptsCookie: (header: string | undefined) => boolean;
  acceptsToken: (token: string) => boolean;
  /** A code for one sign-in within ten minutes, so that no link ever holds the token itself. */
  newCode: () => string;
  /** True once for a code that was given out. */
  spendCode: (code: string) => boolean;
  /** The Set-Cookie value of a new session; the token signs it, so that it survives a restart and dies with the token. */
  newCookie: (now: Date, secure: boolean) => string;
};

const cookieName = "pullwright_session";
export const clearedCookie = `${cookieName}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
const sessionSeconds = 30 * 24 * 60 * 60;
const codeLifeMs = 10 * 60 * 1000;
const codesMax = 100;

export function createSignIn(token: string, now: () => Date): SignIn {
  const codes = new Map<string, number>();
  const signature = (expiry: string): string =>
    createHmac("sha256", token).update(`session ${expiry}`).digest("base64url");
  const acceptsToken = (given: string): boolean => sameText(given, token);

  return {
    acceptsToken,
    acceptsBearer: (header) => header !== undefined && header.startsWith("Bearer ") && acceptsToken(header.slice(7)),
    acceptsCookie: (header) => {
      const value = (header ?? "")
        .split(/;\s*/)
        .find((part) => part.startsWith(`${cookieName}=`))
        ?.slice(cookieName.length + 1);
      const [expiry = "", signed = ""] = (value ?? "").split(".");
      return /^\d{10}$/.test(expiry) && Number(expiry) * 1000 > now().getTime() && sameText(signed, signature(expiry));
    },
    newCode: () => {
      if (codes.size >= codesMax) codes.delete([...codes.keys()][0] ?? "");
      const code = randomBytes(24).toString("base64url");
      codes.set(code, now().getTime() + codeLifeMs);
      return code;
    },
    spendCode: (code) => {
      const until = codes.get(code);
      codes.delete(code);
      return until !== undefined && until > now().getTime();
    },
    newCookie: (at, secure) => {
      const expiry = String(Math.floor(at.getTime() / 1000) + sessionSeconds);
      return `${cookieName}=${expiry}.${signature(expiry)}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionSeconds}${secure ? "; Secure" : ""}`;
    },
  };
}

/** Compares keyed digests, which always have 32 bytes: neither length nor content shows in the time. */
function sameText(a: string, b: string): boolean {
  const key = "pullwright compares";
  return timingSafeEqual(createHmac("sha256", key).update(a).digest(), createHmac("sha256", key).update(b).digest());
}

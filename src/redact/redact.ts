/** Masks secrets in text that leaves the process or is stored. Pure and linear in the text's length. */
export type Redact = (text: string) => string;

const mask = "[redacted]";

/** Shapes that tokens have, for those that are not ours and so are not known exactly. Bounded on both sides, so that a hostile text costs linear time. */
const tokenShapes = [
  // GitHub (ghp_, gho_, ghs_ with JWTs inside, github_pat_) and GitLab (glpat-, gldt-, glrt-, …).
  /\b(?:gh[a-z]|github_pat)_[A-Za-z0-9._-]{16,1000}/g,
  /\bgl(?:pat|ptt|dt|rt|rtr|cbt|ft|imt|agent|oas|soat|ffct|wt)-[A-Za-z0-9._-]{16,1000}/g,
  /\bsk-[A-Za-z0-9_-]{16,400}/g,
  /\bxox[a-z]-[A-Za-z0-9-]{10,200}/g,
  /\bwhsec_[A-Za-z0-9+/=]{16,200}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  // A JSON web token: three base64url parts.
  /\beyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,4000}/g,
];
const authorizationHeader = /\b(authorization:\s{0,4}(?:basic|bearer|token)\s{1,4})[A-Za-z0-9._~+/=-]{8,4000}/gi;
const urlWithPassword = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]{0,200}:[^\s/@]{1,1000}@/gi;

/**
 * Makes the redaction for a set of known secrets: each in the forms in which it could travel (as it is, base64 alone and behind git's user
 * names, base64url, URL-encoded, JSON-escaped) is masked first, then whatever looks like a token.
 */
export function createRedact(secrets: Iterable<string>): Redact {
  const exact = [...new Set([...secrets].flatMap(formsOf))].filter((form) => form.length >= 6).sort((a, b) => b.length - a.length);
  const known = exact.length === 0 ? null : new RegExp(exact.map(escapeForRegExp).join("|"), "g");
  return (text) => {
    let clean = known === null ? text : text.replace(known, mask);
    for (const shape of tokenShapes) clean = clean.replace(shape, mask);
    return clean.replace(authorizationHeader, `$1${mask}`).replace(urlWithPassword, `$1${mask}@`);
  };
}

function formsOf(secret: string): string[] {
  const plain = [secret, `x-access-token:${secret}`, `oauth2:${secret}`, `gitlab-ci-token:${secret}`];
  const encoded = plain.flatMap((text) => {
    const base64 = Buffer.from(text, "utf8").toString("base64");
    return [base64, base64.replace(/=+$/, ""), Buffer.from(text, "utf8").toString("base64url")];
  });
  // Inside longer base64 the same bytes stand at another offset: the middle of each alignment is stable.
  const shifted = [1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), Buffer.from(secret, "utf8")]).toString("base64").slice(4, -4));
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret, "utf8").toString("hex"), ...encoded, ...shifted];
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

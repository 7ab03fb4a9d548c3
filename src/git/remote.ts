import { isIP } from "node:net";
import { PullwrightError } from "../domain/error.ts";

/**
 * How git proves who we are. `header`: one `Authorization` header, for this scheme, host and port only. `askpass`: a helper that git asks, for forges
 * that refuse the header. `ssh`: a key of our own and the host keys that are believed.
 */
export type RemoteAuth =
  | { kind: "basic"; user: string; token: string; via: "header" | "askpass" }
  | { kind: "ssh"; keyPath: string; knownHostsPath: string }
  | { kind: "none" };

/** Where a repository is fetched from and pushed to. The address never holds a credential. */
export type Remote = { url: string; auth: RemoteAuth };

/** What of an address decides which transport and which credential git may use. */
export type RemotePlace = { transport: "https" | "http" | "ssh"; origin: string };

/**
 * Says where a remote is, after it was looked at with suspicion: https anywhere, http to this machine only and only where that is allowed, ssh with a
 * key. The text itself must have the form, before any parser makes something else of it.
 *
 * @throws {PullwrightError} REPOSITORY_URL_INVALID for an address that is none, SECRET_MALFORMED for a token that no header can carry
 */
export function placeOfRemote({ url, auth }: Remote, allowLoopbackHttp: boolean): RemotePlace {
  if (auth.kind === "ssh") return { transport: "ssh", origin: sshOriginOf(url) };
  if (auth.kind === "basic") {
    checkSecret("The token", auth.token);
    checkSecret("The user name", auth.user);
    if (auth.user.includes(":")) throw malformed("The user name", "holds a colon");
  }

  const match = webAddress.exec(url);
  const [, scheme, host = "", port] = match ?? [];
  if (match === null || !URL.canParse(url)) throw unusable("It must read https://host/owner/repository");
  if (hasDots(match[4] ?? "")) throw unusable("Its path must not hold `.` or `..`");
  const origin = `${scheme}://${host}${port ?? ""}/`;
  if (scheme === "https") return { transport: "https", origin };
  if (!allowLoopbackHttp || !isLoopback(host)) throw unusable("A remote is reached over https, or over ssh with a key");
  return { transport: "http", origin };
}

/** Scheme, host, port, path; no user, no query, no fragment, nothing encoded, no back slash, no white space. */
const webAddress =
  /^(https?):\/\/([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(\/[A-Za-z0-9._~+-]+(?:\/[A-Za-z0-9._~+-]+)*)\/?$/;

/** `ssh://git@host:22/path` or `git@host:path`. */
const sshAddress =
  /^(?:ssh:\/\/(?:[A-Za-z0-9_][A-Za-z0-9._-]*@)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?\/([A-Za-z0-9._~+/-]+)|[A-Za-z0-9_][A-Za-z0-9._-]*@([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):([A-Za-z0-9._~+/-]+))$/;

function sshOriginOf(url: string): string {
  const match = sshAddress.exec(url);
  if (match === null)
    throw unusable("With a key it must read ssh://git@host/owner/repository or git@host:owner/repository");
  const path = match[2] ?? match[4] ?? "";
  if (hasDots(path) || path.startsWith("-"))
    throw unusable("Its path must not hold `.` or `..`, nor begin with a dash");
  return `ssh://${match[1] ?? match[3]}/`;
}

function hasDots(path: string): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost" || host === "[::1]") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

/** A line break would begin a header of its own; whatever is not printable ASCII no forge has ever issued. */
function checkSecret(what: string, secret: string): void {
  if (secret === "") throw malformed(what, "is empty");
  if (!/^[\x21-\x7e]+$/.test(secret)) throw malformed(what, "holds spaces, control characters or other than ASCII");
}

function malformed(what: string, why: string): PullwrightError {
  return new PullwrightError("SECRET_MALFORMED", `${what} for git ${why}.`);
}

/** The address itself is not repeated: somebody may have put a password into it. */
function unusable(why: string): PullwrightError {
  return new PullwrightError("REPOSITORY_URL_INVALID", `The remote's address cannot be used. ${why}.`);
}

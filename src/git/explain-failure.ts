import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { saysNoRoom } from "./no-room.ts";
import { outsideWords } from "./outside-words.ts";
import type { GitSaid } from "./run-git.ts";

/**
 * Says what a network command that failed met. git has no other way to tell than its own sentences, so these are read, in the one language in which we
 * let it speak; what the remote said stands behind `remote:` and is not believed. Each sentence is held by a test against a real server.
 *
 * @param otherwise what it is when none of the sentences is known
 */
export function networkFailure(
  what: string,
  said: GitSaid,
  otherwise: ErrorCode,
  redact: (text: string) => string,
): PullwrightError {
  const ours = said.stderr
    .split(/[\r\n]+/)
    .filter((line) => !line.startsWith("remote:"))
    .join("\n");
  const code =
    (saysNoRoom(ours) ? "STORE_FULL" : codeOfStatus(ours)) ??
    sentences.find(([sentence]) => sentence.test(ours))?.[1] ??
    otherwise;
  const words = outsideWords(said.stderr, redact);
  return new PullwrightError(code, `${what} did not succeed: ${words === "" ? `git ended with ${said.code}` : words}`);
}

function codeOfStatus(words: string): ErrorCode | undefined {
  const status = Number(/The requested URL returned error: (\d{3})\b/.exec(words)?.[1] ?? NaN);
  if (status === 401) return "FORGE_CREDENTIAL_REFUSED";
  if (status === 403) return "FORGE_FORBIDDEN";
  if (status === 404 || status === 410) return "FORGE_NOT_FOUND";
  if (status === 429) return "FORGE_RATE_LIMITED";
  if (status >= 300 && status < 400) return "REDIRECT_REFUSED";
  if (status >= 500) return "FORGE_UNAVAILABLE";
  return undefined;
}

/** The first that fits is the one. */
const sentences: [RegExp, ErrorCode][] = [
  [
    /could not read (Username|Password) for|Authentication failed for|Permission denied \(publickey/,
    "FORGE_CREDENTIAL_REFUSED",
  ],
  [/^fatal: repository '.*' not found|^ERROR: Repository not found/m, "FORGE_NOT_FOUND"],
  [/^error: object [0-9a-f]+: |fsck error/m, "HOSTILE_OBJECT"],
  [
    /not our ref|couldn't find remote ref|[Ss]erver does not allow request for unadvertised object/,
    "BASE_NOT_ON_REMOTE",
  ],
  [/unable to update url base from redirection/, "REDIRECT_REFUSED"],
  [/not valid: is this a git repository|invalid server response|invalid content-type/, "FORGE_BAD_RESPONSE"],
  [
    /Could not resolve host|Failed to connect to|Couldn't connect to server|Connection refused|Network is unreachable|No route to host|certificate|handshake|SSL_connect|Host key verification failed|ssh: connect to host/i,
    "FORGE_UNREACHABLE",
  ],
  [
    /RPC failed|early EOF|unexpected (disconnect|eof)|hung up unexpectedly|Operation too slow|timed out|Connection reset|Empty reply|transfer closed|(Recv|Send) failure|(recv|send) error|SSL_(read|write)|expected flush|expected '[a-z-]+'|bad line length|protocol error|unable to access/i,
    "FORGE_UNAVAILABLE",
  ],
];

import type { Instant } from "../domain/clock.ts";
import type { ErrorCode } from "../domain/error.ts";
import type { Redact } from "../redact/redact.ts";
import { ForgeCallError, type ForgeCallKind } from "./forge-call-error.ts";
import type { ForgeAnswer, ForgeFetchFailure } from "./forge-fetch.ts";

export type Mishap =
  | { was: "refusal"; answer: ForgeAnswer; words: string }
  | { was: "wrong"; answer: ForgeAnswer; because: string }
  | { was: "failure"; failure: ForgeFetchFailure }
  /** Nothing was asked. */
  | { was: "held"; because: string };

/** The error that says what was tried, what came of it, and what that means. `title` is the forge's name for people. */
export function callError(
  verdict: { kind: ForgeCallKind; code: ErrorCode },
  { what, title, mishap, waitUntil }: { what: string; title: string; mishap: Mishap; waitUntil?: Instant | undefined },
  redact: Redact,
): ForgeCallError {
  const status = mishap.was === "refusal" || mishap.was === "wrong" ? { status: mishap.answer.status } : {};
  const cause = mishap.was === "failure" ? { cause: mishap.failure } : {};
  const outcome = verdict.kind === "unknown" ? " Whether it was done is not known." : "";
  const until = waitUntil === undefined ? "" : ` Not before ${waitUntil}.`;
  return new ForgeCallError(
    verdict.kind,
    verdict.code,
    `${redact(what)}: ${redact(sentence(title, mishap))}${outcome}${until}`,
    { ...status, ...cause, ...(waitUntil === undefined ? {} : { waitUntil }) },
  );
}

function sentence(title: string, mishap: Mishap): string {
  switch (mishap.was) {
    case "refusal": {
      const { answer, words } = mishap;
      return `${title} answered ${answer.status}${words === "" ? "" : `, “${words}”`}.${hint(title, answer)}`;
    }
    case "wrong":
      return `${title} answered ${mishap.answer.status}, but ${mishap.because}.`;
    case "failure":
      return `${title} did not answer: ${mishap.failure.message}.`;
    case "held":
      return mishap.because;
  }
}

/** What the answer says beside its words about what would help. */
function hint(title: string, { status, headers }: ForgeAnswer): string {
  if (status >= 300 && status < 400)
    return ` It is not followed: the credential stays with ${title}'s own address, and a write is not sent elsewhere.`;
  if (headers.get("x-github-sso")?.startsWith("required") === true)
    return " The organisation wants single sign-on: authorise the token for it at GitHub.";
  const accepted = headers.get("x-accepted-github-permissions");
  if (status === 403 && accepted !== null && /^[\w=,; ]{1,300}$/.test(accepted)) return ` It takes: ${accepted}.`;
  return "";
}

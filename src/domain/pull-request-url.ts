import { PullwrightError } from "./error.ts";
import { parseRepositoryRef, type ParseRepositoryRefOptions } from "./parse-repository-ref.ts";
import type { ForgeName } from "./repository.ts";
import type { RepositoryRef } from "./repository-ref.ts";

/** A pull request or merge request as somebody named it; nothing says that it is there. */
export type NamedPullRequest = { ref: RepositoryRef; number: number };

/**
 * Reads what people paste when they mean a pull request: its page at GitHub (`/owner/repo/pull/7`) or GitLab (`/group/project/-/merge_requests/7`, also without
 * the `-`), with whatever tab, query or fragment comes behind it, with or without a scheme; and the short `owner/repo#7`, `group/project!7`. Which host is which
 * forge the configuration says. Linear in the length of the text.
 *
 * @throws PullwrightError VALIDATION_ERROR when it names no pull request, REPOSITORY_URL_INVALID when its repository can be none. What was given is never repeated:
 *   it may hold a token.
 */
export function parsePullRequestUrl(text: string, options: ParseRepositoryRefOptions): NamedPullRequest {
  const pasted = text.trim();
  if (pasted.length > charactersMax) throw refusal(`It is longer than ${charactersMax} characters.`);
  const named = readPage(pasted) ?? readShort(pasted);
  if (named === null) throw refusal(whyNot(pasted));
  const ref = parseRepositoryRef(named.repository, options);
  if (named.forge !== null && named.forge !== ref.forge)
    throw refusal(
      `It is written as ${forgeWords[named.forge]} writes it, and ${ref.host} is ${forgeWords[ref.forge]}'s.`,
    );
  const number = Number(named.number);
  if (number > numberMax) throw refusal("No pull request has so large a number.");
  return { ref, number };
}

const charactersMax = 4096;
/** What the store holds. */
const numberMax = 2_147_483_647;

const forgeWords: Record<ForgeName, string> = { github: "GitHub", gitlab: "GitLab" };

/** `forge`: by whose way of writing, null where both write so. */
type Named = { repository: string; number: string; forge: ForgeName | null };

function readPage(text: string): Named | null {
  const address = text.split(/[?#]/, 1)[0] ?? "";
  const parts = address.split("/");
  const at = parts.findIndex((part, index) => part in pageWords && isNumber(parts[index + 1]));
  const forge = pageWords[parts[at] ?? ""];
  if (forge === undefined) return null;
  const isBehindDash = forge === "gitlab" && parts[at - 1] === "-";
  return { repository: parts.slice(0, isBehindDash ? at - 1 : at).join("/"), number: parts[at + 1] ?? "", forge };
}

const pageWords: Record<string, ForgeName> = Object.assign(Object.create(null), {
  pull: "github",
  merge_requests: "gitlab",
}) as Record<string, ForgeName>;

function readShort(text: string): Named | null {
  const at = Math.max(text.lastIndexOf("#"), text.lastIndexOf("!"));
  const number = text.slice(at + 1);
  if (at < 1 || !isNumber(number) || /[?#!]/.test(text.slice(0, at))) return null;
  return { repository: text.slice(0, at), number, forge: text[at] === "!" ? "gitlab" : null };
}

function isNumber(text: string | undefined): boolean {
  return text !== undefined && /^[1-9]\d{0,11}$/.test(text);
}

/** The likeliest reason, for the person who pasted it. */
function whyNot(text: string): string {
  if (/^[1-9]\d{0,11}$/.test(text))
    return "A number alone names no repository: write owner/repo#7, or the page's address.";
  if (/\/(?:-\/)?commit\//.test(text)) return "It names a commit; give the commit's SHA and its repository.";
  if (/\/(?:-\/)?issues\//.test(text)) return "It names an issue.";
  if (/\/(?:pulls|compare|-\/merge_requests\/new)\b/.test(text))
    return "It is a page about pull requests, and none of them.";
  return "Write https://github.com/owner/repo/pull/7 or https://gitlab.com/group/project/-/merge_requests/7.";
}

function refusal(because: string): PullwrightError {
  return new PullwrightError(
    "VALIDATION_ERROR",
    `This is not the address of a pull request or merge request. ${because}`,
  );
}

import { badParameter } from "./api-answer.ts";
import type { FakeUser, GitlabState } from "./gitlab-state.ts";

/** What this GitLab is asked, and by whom. */
export type ApiCall = {
  method: string;
  /** As it came, still encoded, below the instance's own path: `/api/v4/projects/group%2Fproject`. */
  path: string;
  /** Decoded parts of the path, by the names in the route. */
  parts: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** Null for whoever came without a token. */
  user: FakeUser | null;
  token: string | null;
  /** The only projects that the token can see; null for all that its user can. */
  projectIds: readonly number[] | null;
  /** What is shown: the present, or the past of a stale replica. Writes always go to the present. */
  state: GitlabState;
};

/** A text in the body, undefined when it is not there. */
export function textIn(call: ApiCall, name: string): string | undefined {
  const value = call.body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw badParameter(`${name} is invalid`);
  return value;
}

/** @throws 400 that names all that are missing, as GitLab does */
export function requireIn(call: ApiCall, names: string[]): void {
  const missing = names.filter((name) => call.body[name] === undefined || call.body[name] === null);
  if (missing.length > 0) throw badParameter(missing.map((name) => `${name} is missing`).join(", "));
}

/** @throws 400 as GitLab says it when an update changes nothing */
export function requireOneIn(call: ApiCall, names: string[]): void {
  if (names.every((name) => call.body[name] === undefined))
    throw badParameter(`${names.join(", ")} are missing, at least one parameter must be provided`);
}

/** One of a closed list of values; undefined when there is none. */
export function choiceOf<const T extends string>(value: unknown, name: string, choices: readonly T[]): T | undefined {
  if (value === null || value === undefined) return undefined;
  const choice = choices.find((one) => one === value);
  if (choice === undefined) throw badParameter(`${name} does not have a valid value`);
  return choice;
}

export function numberIn(call: ApiCall, part: string): number {
  const text = call.parts[part] ?? "";
  if (!/^\d+$/.test(text)) throw badParameter(`${part} is invalid`);
  return Number(text);
}

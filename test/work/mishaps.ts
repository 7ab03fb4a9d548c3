import type { GitFault } from "../fakes/git-server/git-faults.ts";
import type { ApiFault, LocalForge } from "./local-forge.ts";

/**
 * What goes wrong on the way, once for each piece of work: at the push, or when its pull request is written. An answer is lost after all was done; a request
 * before anything was. Who is turned away knows that nothing was done; who is never answered gives up, until somebody asks for it again.
 */
export const mishaps = {
  "push-answer-lost": { git: { kind: "cut-answer", afterBytes: 0 }, times: 3 },
  "api-answer-lost": { api: "drop-after-commit", times: 1 },
  "api-answer-502": { api: "5xx-after", times: 1 },
  "api-answer-empty": { api: "empty-201", times: 1 },
  "api-answer-sign-in-page": { api: "html-200", times: 1 },
  "push-request-lost": { git: { kind: "status", status: 502 }, times: 1 },
  "push-turned-away": { git: { kind: "status", status: 429 }, times: 1 },
  "push-never-answered": { git: { kind: "status", status: 502 }, times: 3 },
  "api-request-lost": { api: "drop-before", times: 1 },
  // For longer than the client waits by itself.
  "api-turned-away": { api: "429", headers: { "retry-after": "600" }, times: 1 },
  "api-never-answered": { api: "drop-before", times: 3 },
} as const satisfies Record<
  string,
  ({ git: GitFault["what"] } | { api: ApiFault["fault"]; headers?: Record<string, string> }) & { times: number }
>;
export type Mishap = keyof typeof mishaps;

/** Lets it happen, once, to the next who come that far. */
export function bringAbout(mishap: Mishap, at: { forge: LocalForge; write: ApiFault["on"] }): void {
  const { times, ...how } = mishaps[mishap];
  if ("git" in how) at.forge.gitFault({ service: "git-receive-pack", phase: "talk", what: how.git, times });
  else {
    const { api: fault, ...more } = how;
    at.forge.apiFault({ on: at.write, fault, times, ...more });
  }
}

import type { Login } from "./world.ts";

export type RepositoryName = "web" | "api" | "tools";

/** `web#42`, `tools#3`: one of the demo's repositories and a pull request's number there. */
export type PullRequestName = `${RepositoryName}#${number}`;

/** What somebody does in the story, in words that fit any forge. A forge, played or real, turns it into what it sends. */
export type Act =
  | { kind: "hook-added"; repository: RepositoryName; by: Login }
  | { kind: "opened"; pull: PullRequestName; by: Login; title: string; branch: string; body?: string; draft?: true }
  | { kind: "pushed"; pull: PullRequestName; by: Login; commit: string }
  | { kind: "made-ready"; pull: PullRequestName; by: Login }
  | {
      kind: "reviewed";
      pull: PullRequestName;
      by: Login;
      verdict: "approved" | "changes_requested" | "commented";
      text: string;
    }
  | { kind: "line-commented"; pull: PullRequestName; by: Login; text: string }
  | { kind: "commented"; pull: PullRequestName; by: Login; text: string }
  | { kind: "merged"; pull: PullRequestName; by: Login; how: "squash" | "merge-commit" }
  | { kind: "closed"; pull: PullRequestName; by: Login }
  /** The forge's own button: it makes the branch, the commit and the pull request. */
  | { kind: "revert-opened"; pull: PullRequestName; of: PullRequestName; by: Login }
  | { kind: "main-pushed"; repository: RepositoryName; by: Login; commit: string; reverts?: PullRequestName }
  | {
      kind: "ci-run";
      by: "github-actions" | "gitlab-ci" | "circleci" | "jenkins";
      name: string;
      run: number;
      attempt?: number;
      on: PullRequestName | RepositoryName;
      status: "in_progress" | "success" | "failure";
    }
  | { kind: "renamed"; repository: RepositoryName; to: string; by: Login }
  | { kind: "mishap"; what: Mishap };

/** What also happens to webhooks: strangers, repetitions, accidents. */
export type Mishap =
  | { kind: "forged"; claims: PullRequestName }
  /** The step with this name is sent once more, byte for byte: `same` by the same hook, `organisation` by another hook that hears the same. */
  | { kind: "repeated"; step: string; by: "same-hook" | "organisation-hook" }
  | { kind: "same-id-other-body"; step: string }
  | { kind: "broken-body"; repository: RepositoryName }
  | { kind: "unknown-event"; repository: RepositoryName; by: Login };

/** One step of the story. */
export type Step = {
  /** Seconds after the beginning, at speed 1; each step has a second of its own, because forges' clocks have no finer one. */
  atSeconds: number;
  act: Act;
  /** By which a later step refers to it. */
  name?: string;
};

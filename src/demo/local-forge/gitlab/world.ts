import type { GitRepositories } from "../git-repositories.ts";
import type { FakeProject, GitlabState } from "./gitlab-state.ts";

/** What the resources of this GitLab stand on. */
export type World = {
  state: GitlabState;
  /** ISO 8601 with milliseconds, as the API writes times. */
  now: () => string;
  /** Without a slash at its end; the pages of projects and users are below it. */
  webUrl: string;
  /** The tip of a branch: of the attached git server, else of what was arranged. */
  branchTip: (project: FakeProject, branch: string) => Promise<string | null>;
  /** The real repositories behind it, where there are some. */
  git: () => GitRepositories | null;
  /** Sends a webhook to the hooks of a project. */
  announce: (project: FakeProject, event: HookEvent, payload: object) => void;
};

export type HookEvent = "Merge Request Hook" | "Note Hook" | "Issue Hook" | "Push Hook" | "Pipeline Hook";

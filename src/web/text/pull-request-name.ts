import { pullRequestSign } from "../../domain/pull-request-name.ts";
import type { PullRequestRow } from "../api/pull-requests.ts";

/** `#7` on GitHub; GitLab calls its merge requests `!7`, and `#7` is an issue there. */
export function numberOf(pullRequest: Pick<PullRequestRow, "provider" | "pr_number">): string {
  return signOf(pullRequest) + String(pullRequest.pr_number);
}

export function signOf({ provider }: Pick<PullRequestRow, "provider">): "#" | "!" {
  return pullRequestSign(provider);
}

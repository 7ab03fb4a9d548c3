import type { CiRunStatus } from "../../domain/fact.ts";
import { type Fields, optionalWord } from "../read-field.ts";

/**
 * How a run ended. What GitHub documents for check runs, suites, workflow runs and jobs; commit statuses use three of
 * these words.
 */
const endings = new Map<string, CiRunStatus>([
  ["success", "success"],
  ["failure", "failure"],
  // The job ran into its limit: the commit did not pass.
  ["timed_out", "failure"],
  // The workflow file itself is broken or its runner never came.
  ["startup_failure", "failure"],
  // A commit status whose CI broke before it had an answer.
  ["error", "failure"],
  ["cancelled", "cancelled"],
  // GitHub's own doing: the run said nothing for two weeks and was given up.
  ["stale", "cancelled"],
  ["skipped", "skipped"],
  // Looked and had no opinion. It neither speaks for the commit nor against it, as if it had not run.
  ["neutral", "skipped"],
  // A person must allow it first (a fork's first pull request, a protected environment), or fix the App's set-up. It
  // goes on under the same id.
  ["action_required", "pending"],
]);

const stages = new Map<string, CiRunStatus>([
  ["queued", "pending"],
  ["requested", "pending"],
  ["waiting", "pending"],
  ["pending", "pending"],
  ["in_progress", "in_progress"],
]);

/**
 * A run's `conclusion` where it has one, else its `status`. A word that GitHub has added since is no reason to lose
 * the run: an unknown ending counts as pending, because nobody can say whether it was good, and an unknown stage as
 * in progress.
 */
export function runStatus(run: Fields): CiRunStatus {
  const conclusion = optionalWord(run, "conclusion");
  if (conclusion !== undefined) return endings.get(conclusion) ?? "pending";
  const status = optionalWord(run, "status") ?? "in_progress";
  // Completed without a conclusion: it ended, and does not say how.
  return status === "completed" ? "pending" : (stages.get(status) ?? "in_progress");
}

/** The `state` of a commit status: pending, success, failure or error. */
export function commitStatus(state: string): CiRunStatus {
  return endings.get(state) ?? "pending";
}

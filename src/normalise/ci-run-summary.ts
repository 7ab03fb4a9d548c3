import type { CiRunFact, CiRunStatus } from "../domain/fact.ts";
import { shortSha, summary } from "./summary.ts";

const phrases: Record<CiRunStatus, string> = {
  pending: "is waiting",
  in_progress: "is running",
  success: "succeeded",
  failure: "failed",
  cancelled: "was cancelled",
  skipped: "was skipped",
};

/** `acme/web: build failed on 1a2b3c4 (attempt 2)`. */
export function ciRunSummary(slug: string, run: CiRunFact): string {
  const attempt = run.runAttempt > 1 ? ` (attempt ${run.runAttempt})` : "";
  const name = run.workflowName ?? `${run.runKind} ${run.runId}`;
  return summary(`${slug}: ${name} ${phrases[run.status]} on ${shortSha(run.commitSha)}${attempt}`);
}

/** Whether the run has ended, as far as it says. */
export function isFinished(status: CiRunStatus): boolean {
  return status !== "pending" && status !== "in_progress";
}

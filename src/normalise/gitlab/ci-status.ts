import type { CiRunStatus } from "../../domain/fact.ts";
import { type Fields, requiredWord } from "../read-field.ts";

const statuses = new Map<string, CiRunStatus>([
  ["success", "success"],
  ["failed", "failure"],
  ["canceled", "cancelled"],
  ["cancelled", "cancelled"],
  ["skipped", "skipped"],
  ["running", "in_progress"],
  // Told to stop, and still cleaning up.
  ["canceling", "in_progress"],
  ["created", "pending"],
  ["waiting_for_resource", "pending"],
  ["waiting_for_callback", "pending"],
  ["preparing", "pending"],
  ["pending", "pending"],
  ["scheduled", "pending"],
  // Somebody must press a button first. Nobody may ever do; until then nothing is known.
  ["manual", "pending"],
]);

/**
 * The status of a pipeline or a job. A word that GitLab has added since counts as in progress: the end, when it
 * comes, has one of the words above.
 */
export function runStatus(run: Fields, name: string): CiRunStatus {
  return statuses.get(requiredWord(run, name)) ?? "in_progress";
}

/** What GitHub calls an event that tells this. */
export function actionOf(status: CiRunStatus): "requested" | "in_progress" | "completed" {
  if (status === "pending") return "requested";
  return status === "in_progress" ? "in_progress" : "completed";
}

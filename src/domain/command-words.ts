import type { CommandType } from "./command.ts";

/** What people call what a command does. */
export const commandWords: Record<CommandType, string> = {
  execute_plan: "Execute the plan",
  create_pull_request: "Open the pull request",
  review_pull_request: "Review the pull request",
};

/** What people call a line of a command's history; by the names of the moves in queue/lifecycle.ts. A name that is missing is shown as it is. */
export const historyWords: Readonly<Record<string, string>> = {
  enqueue: "Asked for",
  succeed: "Succeeded",
  skip: "Skipped",
  fail: "Failed",
  "try-again": "Failed, to be tried again",
  "hand-back": "Handed back by its worker",
  rescue: "Taken from a lost worker",
  "give-up": "Given up",
  cancel: "Cancelled",
  stop: "Stopped",
  supersede: "Skipped for a newer one",
  retry: "Asked for again",
};

import type { ClaimedCommand, CommandOutcome, CommandType, NewCommand } from "../domain/command.ts";
import { seriesOfReview } from "../domain/review-key.ts";
import type { Policy } from "./policy.ts";

/**
 * What follows from how a command ended: an executed plan becomes a pull request, and that is reviewed, each where it is configured. Pure. Paths and numbers come
 * from what the command left behind; without them nothing follows.
 */
export function followUps(command: ClaimedCommand, outcome: CommandOutcome, policy: Policy): NewCommand[] {
  if (command.type === "review_pull_request") return reviewOfNewHead(command, outcome, policy);
  if (outcome.kind !== "succeeded") return [];
  switch (command.type) {
    case "execute_plan":
      return policy.safety.autoCreatePrAfterExecution && policy.performed.has("create_pull_request")
        ? [createPullRequest(command, outcome, policy)]
        : [];
    case "create_pull_request":
      return policy.safety.autoReviewAfterPr && policy.performed.has("review_pull_request")
        ? reviewPullRequest(command, outcome, policy)
        : [];
  }
}

type Succeeded = Extract<CommandOutcome, { kind: "succeeded" }>;

function createPullRequest(
  command: ClaimedCommand,
  { artifacts = {}, result = {} }: Succeeded,
  policy: Policy,
): NewCommand {
  const { payload } = command;
  return {
    ...following(command, "create_pull_request", policy),
    writes: true,
    // One pull request for one execution, however often that tells of its end.
    idempotencyKey: `create-pull-request:after:${command.id}:${command.attempt}`,
    payload: present({
      // Whoever asked says where the work lies; the program only where nobody did, because an agent may have a hand in what it says.
      checkout: payload["checkout"] ?? result["checkout"],
      issue_dir: payload["issue_dir"] ?? result["issue_dir"],
      commit_log_path: artifacts["commit_log"] ?? result["commit_log_path"],
      implementation_result_path: artifacts["implementation_result"],
      changed_files: result["changed_files"],
      session_id: result["session_id"] ?? payload["session_id"],
      repository: payload["repository"],
      base_branch: payload["base_branch"],
    }),
  };
}

function reviewPullRequest(command: ClaimedCommand, { result = {} }: Succeeded, policy: Policy): NewCommand[] {
  const { pr_number: number, commit_sha: sha, review_key: key } = result;
  if (typeof number !== "number" || typeof sha !== "string") return [];
  return [
    {
      ...following(command, "review_pull_request", policy),
      writes: false,
      // The forge's webhook tells of the same commit: whoever comes second finds the command there.
      ...(typeof key === "string"
        ? { idempotencyKey: key, series: seriesOfReview(key) }
        : { idempotencyKey: `review:after:${command.id}:${sha}` }),
      payload: present({
        repository: result["repository"],
        pr_number: number,
        commit_sha: sha,
        head_branch: result["branch"],
        base_branch: result["base_branch"],
        diff_url: result["diff_url"],
        html_url: result["html_url"],
        issue_dir: result["issue_dir"],
      }),
    },
  ];
}

/** The head moved while it was read, or before: what is there now is reviewed, should no webhook have told of it. */
function reviewOfNewHead(command: ClaimedCommand, outcome: CommandOutcome, policy: Policy): NewCommand[] {
  const next = outcome.kind === "skipped" ? outcome.result?.["next_review"] : undefined;
  if (!isRecord(next) || typeof next["review_key"] !== "string" || typeof next["commit_sha"] !== "string") return [];
  const { review_key: _key, ...payload } = next;
  return [
    {
      ...following(command, "review_pull_request", policy),
      writes: false,
      idempotencyKey: next["review_key"],
      series: seriesOfReview(next["review_key"]),
      payload: present({ ...payload, issue_dir: command.payload["issue_dir"] }),
    },
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function following(command: ClaimedCommand, type: CommandType, policy: Policy) {
  return {
    type,
    workflowId: command.workflowId,
    repositoryKey: command.repositoryKey,
    priority: 0,
    attemptsMax: policy.attemptsMax[type],
    availableAt: command.createdAt,
    requestedBy: `command ${command.id}`,
    causedBy: { commandId: command.id },
  };
}

function present(payload: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined && value !== null));
}

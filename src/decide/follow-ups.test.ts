import { expect, test } from "vitest";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import { followUps } from "./follow-ups.ts";
import { doNothing, type Policy } from "./policy.ts";

const executed: ClaimedCommand = {
  id: 3,
  type: "execute_plan",
  workflowId: "SCRUM-123",
  repositoryKey: "github:github.com/acme/web",
  payload: { checkout: "/work/web", issue_dir: "exports/SCRUM-123", repository: "acme/web" },
  attempt: 1,
  attemptsMax: 3,
  fence: 1,
  requestedBy: "api",
  createdAt: "2026-01-02T03:04:05.678Z",
};
const done: CommandOutcome = {
  kind: "succeeded",
  because: "Done.",
  artifacts: { commit_log: "exports/SCRUM-123/codex_implementation/commit_log.md" },
  result: { changed_files: ["src/a.ts"], session_id: "0199" },
};
const chain: Policy = {
  ...doNothing,
  safety: { autoExecuteAfterPlan: true, autoCreatePrAfterExecution: true, autoReviewAfterPr: true },
  performed: new Set(["create_pull_request", "review_pull_request"]),
};

test("an executed plan becomes a pull request, with what the execution left behind", () => {
  expect(followUps(executed, done, chain)).toMatchObject([
    {
      type: "create_pull_request",
      workflowId: "SCRUM-123",
      writes: true,
      requestedBy: "command 3",
      payload: {
        checkout: "/work/web",
        issue_dir: "exports/SCRUM-123",
        commit_log_path: "exports/SCRUM-123/codex_implementation/commit_log.md",
        changed_files: ["src/a.ts"],
        session_id: "0199",
      },
    },
  ]);
});

test("a pull request is reviewed under the key under which a webhook would ask for the same", () => {
  const opened: CommandOutcome = {
    kind: "succeeded",
    because: "Opened.",
    result: { pr_number: 7, commit_sha: "c".repeat(40), review_key: "review:github:github.com:1:7:ccc" },
  };

  expect(followUps({ ...executed, type: "create_pull_request" }, opened, chain)).toMatchObject([
    { type: "review_pull_request", idempotencyKey: "review:github:github.com:1:7:ccc", payload: { pr_number: 7 } },
  ]);
});

test("nothing follows by itself unless somebody said so, and nothing from what did not succeed", () => {
  expect(followUps(executed, done, doNothing)).toEqual([]);
  expect(followUps(executed, done, { ...chain, performed: new Set() })).toEqual([]);
  expect(followUps(executed, { kind: "skipped", because: "No plan." }, chain)).toEqual([]);
  expect(followUps(executed, { kind: "failed", code: "WORKER_FAILED", because: "It broke." }, chain)).toEqual([]);
});

import type { Command } from "@commander-js/extra-typings";
import { runCommand } from "./run-command.ts";
import { configOf } from "./with-operations.ts";

export function addOpenPullRequestCommand(program: Command): void {
  program
    .command("open-pr")
    .description("open one draft pull request from the work in a folder; run again, it finds the one that is there")
    .requiredOption(
      "--from <dir>",
      "the checkout, or a folder in it, with commit_log.md or codex_implementation/commit_log.md",
    )
    .option("--workflow <id>", "the piece of work, such as SCRUM-123; names the branch (default: the folder's name)")
    .option("--repo <url>", "where it goes (default: the checkout's remote)")
    .option("--base <branch>", "the branch that the work goes to (default: github.base_branch or gitlab.base_branch)")
    .option("--title <text>", "the pull request's title (default: from the commit log)")
    .option("--session <id>", "the agent's session, for the commit's trailer")
    .option("--ready", "not as a draft")
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  PULLWRIGHT_GITHUB_TOKEN_FILE=~/token pullwright open-pr --from .\n  pullwright open-pr --from ~/work/web --workflow SCRUM-123 --base develop",
    )
    .action(async ({ from, workflow, repo, base, title, session, ready, json }, command) => {
      process.exitCode = await runCommand(configOf(command), {
        type: "create_pull_request",
        checkout: from,
        workflowId: workflow ?? null,
        payload: {
          ...(repo === undefined ? {} : { repository: repo }),
          ...(base === undefined ? {} : { base_branch: base }),
          ...(title === undefined ? {} : { title }),
          ...(session === undefined ? {} : { session_id: session }),
          ...(ready === undefined ? {} : { draft: false }),
        },
        json: json ?? false,
      });
    });
}

import { Option, type Command } from "@commander-js/extra-typings";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = {
  repo_slug: string;
  workflow_name: string | null;
  run_id: string;
  run_attempt: number;
  status: string;
  branch: string | null;
  commit_sha: string;
  provider: string;
  kind: string;
  updated_at: string;
};

export function addRunsCommand(program: Command): void {
  addListOptions(program.command("runs").description("CI runs of every provider, last changed first"))
    .option("--repo <slug>", "only this repository, as owner/repo")
    .option("--commit-sha <sha>", "only on this commit; four digits or more will do")
    .addOption(
      new Option("--status <status>", "only in this status").choices([
        "success",
        "failure",
        "cancelled",
        "skipped",
        "pending",
        "in_progress",
      ] as const),
    )
    .option("--since <when>", "updated since: 30d, 12h, 2w, or a date")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright runs --status failure --since 7d\n  pullwright runs --commit-sha 1a2b3c4 --json",
    )
    .action(async ({ repo, commitSha, status, since, ...options }, command) => {
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          {
            columns,
            filter: { repo, commit_sha: commitSha, status, since },
            none: "No CI runs. They appear when a forge's or a CI system's webhook tells of one.",
          },
          (question) => perform("listCiRuns", question),
        ),
      );
    });
}

const columns: Column<Row>[] = [
  { head: "REPOSITORY", of: (row) => row.repo_slug },
  {
    head: "RUN",
    of: (row) => `${row.workflow_name ?? row.run_id}${row.run_attempt > 1 ? ` (attempt ${row.run_attempt})` : ""}`,
  },
  {
    head: "STATUS",
    of: (row) => row.status,
    style: (row) =>
      ({ success: "green", failure: "red", in_progress: "blue", pending: "gray" })[row.status] as "green" | undefined,
  },
  { head: "BRANCH", of: (row) => row.branch ?? "—" },
  { head: "COMMIT", of: (row) => row.commit_sha.slice(0, 8) },
  { head: "FROM", of: (row) => `${row.provider} ${row.kind}` },
  { head: "UPDATED", of: (row) => shortTime(row.updated_at) },
];

import { Option, type Command } from "@commander-js/extra-typings";
import { pullRequestSign } from "../domain/pull-request-name.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = {
  provider: string;
  repo_slug: string;
  pr_number: number;
  state: string;
  draft: boolean;
  reverted_at: string | null;
  title: string | null;
  author: string | null;
  updated_at: string;
  ci: { success: number; failure: number; pending: number };
};

export function addPullRequestsCommand(program: Command): void {
  addListOptions(program.command("prs").description("pull requests and what came of them, last changed first"))
    .option("--repo <slug>", "only this repository, as owner/repo")
    .addOption(
      new Option("--state <state>", "only in this state").choices(["open", "closed", "merged", "reverted"] as const),
    )
    .option("--since <when>", "updated since: 30d, 12h, 2w, or a date")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright prs --state reverted --since 30d\n  pullwright prs --repo acme/web --all --csv > prs.csv",
    )
    .action(async ({ repo, state, since, ...options }, command) => {
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          {
            columns,
            filter: { repo, state, since },
            none: "No pull requests. They appear when a forge's webhook tells of one.",
          },
          (question) => perform("listPullRequests", question),
        ),
      );
    });
}

const columns: Column<Row>[] = [
  { head: "PULL REQUEST", of: (row) => `${row.repo_slug}${pullRequestSign(row.provider)}${row.pr_number}` },
  {
    head: "STATE",
    of: stateOf,
    style: (row) =>
      ({ open: "green", draft: "gray", merged: "magenta", closed: "red", reverted: "yellow" })[stateOf(row)] as
        | "green"
        | undefined,
  },
  { head: "CI", of: ciOf },
  { head: "AUTHOR", of: (row) => row.author ?? "unknown" },
  { head: "UPDATED", of: (row) => shortTime(row.updated_at) },
  { head: "TITLE", of: (row) => row.title ?? "" },
];

function stateOf(row: Row): string {
  if (row.reverted_at !== null) return "reverted";
  return row.state === "open" && row.draft ? "draft" : row.state;
}

function ciOf({ ci }: Row): string {
  if (ci.failure > 0) return `${ci.failure} failed`;
  if (ci.pending > 0) return `${ci.pending} running`;
  return ci.success > 0 ? `${ci.success} passed` : "—";
}

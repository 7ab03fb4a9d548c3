import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { asJson } from "./as-json.ts";
import { reviewVerdicts } from "../domain/review.ts";
import type { reviewRow } from "../operations/reviews.ts";
import type { z } from "zod";
import { harmlessLines } from "./harmless-line.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { costWords, reviewedName, reviewStory, toneOfVerdict, verdictWords } from "./review-story.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = z.output<typeof reviewRow>;

export function addReviewsCommands(program: Command): void {
  const reviews = program.command("reviews").description("what reviewers said of pull requests");
  addList(reviews);
  addShow(reviews);
}

function addList(reviews: Command): void {
  addListOptions(reviews.command("list", { isDefault: true }).description("newest first"))
    .addOption(new Option("--verdict <verdict>", "only with this one").choices(reviewVerdicts))
    .option("--repo <slug>", "only of this repository, as owner/repo")
    .option("--pr <number>", "only of this pull request", parseNumber)
    .option("--workflow <id>", "only of this workflow")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright reviews --verdict inconclusive\n  pullwright reviews list --repo acme/web --pr 7 --json",
    )
    .action(async ({ verdict, repo, pr, workflow, ...options }, command) => {
      const filter = { verdict, repository: repo, pr_number: pr, workflow_id: workflow };
      const none = "No reviews. `pullwright review <url>` asks for one; safety.auto_review_after_pr for all.";
      await withOperations(command, "read", (perform) =>
        printList(options, { columns, filter, none }, (question) => perform("listReviews", question)),
      );
    });
}

function addShow(reviews: Command): void {
  reviews
    .command("show")
    .description("one review: the verdict, what was found and what became of it, what was read, what it took")
    .argument("<id>", "its number in the list", parseNumber)
    .option("--file <file>", "instead: the prompt, the agent's transcript, or the diff")
    .option("--json", "the API's own object")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright reviews show 12\n  pullwright reviews show 12 --file transcript | less",
    )
    .action(async (id, { file, json }, command) => {
      await withOperations(command, "read", async (perform) => {
        if (file !== undefined) {
          const read = await perform("readReviewFile", { id, file: file as "diff" });
          process.stdout.write(json ? asJson(read) : harmlessLines(read.text));
          if (read.cut && !json) process.stderr.write(`pullwright: cut; all of it has ${read.bytes} bytes\n`);
          return;
        }
        const review = await perform("getReview", { id });
        process.stdout.write(json ? asJson(review) : reviewStory(review));
      });
    });
}

const columns: Column<Row>[] = [
  { head: "ID", of: (row) => String(row.id) },
  { head: "VERDICT", of: (row) => verdictWords[row.verdict], style: (row) => toneOfVerdict(row.verdict) },
  { head: "PULL REQUEST", of: reviewedName },
  { head: "HEAD", of: (row) => row.head_sha.slice(0, 7) },
  { head: "ROUND", of: (row) => String(row.round) },
  { head: "FINDINGS", of: findingsWords },
  { head: "READ", of: ({ coverage }) => `${coverage.hunks_read} of ${coverage.hunks_total}` },
  { head: "AGENT", of: (row) => (row.model === null ? row.agent : `${row.agent}, ${row.model}`) },
  { head: "COST", of: (row) => costWords(row.cost_usd) },
  { head: "ENDED", of: (row) => shortTime(row.ended_at) },
];

/** `1 P1, 2 P2`. */
function findingsWords({ findings_by_priority: counts }: Row): string {
  const words = ([0, 1, 2, 3] as const)
    .map((priority) => [counts[`p${priority}`], priority] as const)
    .filter(([count]) => count > 0)
    .map(([count, priority]) => `${count} P${priority}`);
  return words.length === 0 ? "none" : words.join(", ");
}

export function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It is a whole number.");
  return Number(text);
}

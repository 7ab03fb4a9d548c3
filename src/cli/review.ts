import { styleText } from "node:util";
import type { Command } from "@commander-js/extra-typings";
import type { Config } from "../config.ts";
import { workOptionsOf } from "../config/work-options.ts";
import { PullwrightError } from "../domain/error.ts";
import type { WorkersAlone } from "../engine/start-workers-alone.ts";
import type { CommandDetail } from "../store/commands.ts";
import { harmlessLines } from "./harmless-line.ts";
import { type ReviewDetail, reviewStory } from "./review-story.ts";
import { handPriority, told, workHere } from "./run-command.ts";
import { configOf } from "./with-operations.ts";

export function addReviewCommand(program: Command): void {
  program
    .command("review")
    .description("have an agent review a pull request, here and now, and say on it what came of that")
    .argument(
      "<url-or-sha>",
      "the pull request's address as you copy it, owner/repo#7, or a commit of it (7 digits do)",
    )
    .option("--repo <repository>", "of the commit (default: the remote of the checkout here, else the configured one)")
    .option("--dry-run", "post nothing: print the summary that would be posted")
    .option("--json", "the result, and the API's own object of the review")
    .addHelpText(
      "after",
      `
Exit codes: 0 reviewed, 1 failed, 3 inconclusive or with no verdict. What it found does not fail it: see the verdict.

Examples:
  pullwright review https://github.com/acme/web/pull/7
  pullwright review https://gitlab.com/group/project/-/merge_requests/7/diffs --dry-run
  pullwright review 3f2a9c1 --repo acme/web --json`,
    )
    .action(async (target, { repo, dryRun, json }, command) => {
      const config = configOf(command);
      process.exitCode = await workHere(
        config,
        { type: "review_pull_request", json: json ?? false },
        {
          queue: async (workers) =>
            workers.ask("requestReview", {
              ...(await subjectOf(target, repo, config, workers)),
              dry_run: dryRun ?? false,
              priority: handPriority,
            }),
          ending: async (ended, result, workers) => {
            const review = await reviewOf(ended, workers);
            return { text: ending(ended, review), json: { ...result, review }, exitCode: exitCodeOf(ended, result) };
          },
        },
      );
    });
}

async function subjectOf(
  target: string,
  repo: string | undefined,
  config: Config,
  workers: WorkersAlone,
): Promise<Record<string, string>> {
  if (!/^[0-9a-f]{7,64}$/i.test(target)) {
    if (repo === undefined) return { pull_request: target };
    throw new PullwrightError("VALIDATION_ERROR", "--repo goes with a commit; the address of a pull request has it.");
  }
  return { commit: target, repository: repo ?? (await repositoryHere(config, workers)) };
}

/** Of the checkout that one stands in; else the configured one. */
async function repositoryHere(config: Config, workers: WorkersAlone): Promise<string> {
  try {
    return await workers.repositoryOf(process.cwd(), undefined);
  } catch (error) {
    if (!(error instanceof PullwrightError)) throw error;
    const { defaultRepository } = workOptionsOf(config);
    if (defaultRepository !== null) return defaultRepository;
    throw new PullwrightError(
      "VALIDATION_ERROR",
      "Which repository is the commit of? Say --repo owner/repo, or run this in its checkout.",
    );
  }
}

/** The review that the command made; null when it was skipped, failed before, or posted nothing. */
async function reviewOf({ result }: CommandDetail, workers: WorkersAlone): Promise<ReviewDetail | null> {
  const id = result["review_id"];
  return typeof id === "number" ? ((await workers.ask("getReview", { id })) as ReviewDetail) : null;
}

function ending(command: CommandDetail, review: ReviewDetail | null): string {
  if (review !== null) return reviewStory(review);
  const summary = command.result["summary"];
  if (typeof summary !== "string") return told(command);
  const words = styleText("dim", "This would be posted; nothing was:");
  return `${harmlessLines(command.outcome_because ?? "")}\n\n${words}\n\n${harmlessLines(summary)}\n`;
}

/** A review that says nothing certain is not done, however it ended. */
function exitCodeOf({ result }: CommandDetail, { returncode }: { returncode: number }): number {
  const isUncertain = result["verdict"] === "inconclusive" || result["verdict"] === "no-verdict";
  return isUncertain ? 3 : returncode;
}

#!/usr/bin/env node
import { Command, CommanderError } from "@commander-js/extra-typings";
import { addAuditCommands } from "./cli/audit.ts";
import { addCommandsCommands } from "./cli/commands.ts";
import { addConfigCommand } from "./cli/config.ts";
import { addDeliveriesCommands } from "./cli/deliveries.ts";
import { addDemoCommand } from "./cli/demo.ts";
import { addIngestCommands } from "./cli/ingest.ts";
import { addOpenPullRequestCommand } from "./cli/open-pr.ts";
import { addMigrateCommand } from "./cli/migrate.ts";
import { addPullRequestsCommand } from "./cli/prs.ts";
import { addFindingsCommands } from "./cli/findings.ts";
import { addReviewCommand } from "./cli/review.ts";
import { addReviewsCommands } from "./cli/reviews.ts";
import { addRunsCommand } from "./cli/runs.ts";
import { addStartCommand } from "./cli/start.ts";
import { addStatusCommand } from "./cli/status.ts";
import { addWhyCommand } from "./cli/why.ts";
import { addWorkerCommands } from "./cli/worker.ts";
import { addWorkflowsCommands } from "./cli/workflows.ts";
import { reportFailure } from "./cli/report-failure.ts";
import { readVersion } from "./version.ts";

/** Every command, in the order in which help shows them. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 inconclusive. */
export function buildProgram(): Command {
  const program = new Command("pullwright")
    .description("Turns the work of coding agents into reviewed pull requests, and tells you which of it held up.")
    .version(readVersion())
    .option("--config <file>", "read settings from this file (default: pullwright.yaml here, if there is one)")
    .option("--data-dir <folder>", "where the store and the secrets are (default: ~/.pullwright)")
    .showSuggestionAfterError()
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  for (const add of [
    addStartCommand,
    addDemoCommand,
    addStatusCommand,
    addIngestCommands,
    addPullRequestsCommand,
    addRunsCommand,
    addDeliveriesCommands,
    addWhyCommand,
    addOpenPullRequestCommand,
    addReviewCommand,
    addReviewsCommands,
    addFindingsCommands,
    addWorkflowsCommands,
    addCommandsCommands,
    addWorkerCommands,
    addAuditCommands,
    addMigrateCommand,
    addConfigCommand,
  ])
    add(program);
  return program;
}

// Started by itself, or by the launcher, which imports this file and puts its path where a program's own path stands.
if (import.meta.main || process.argv[1] === import.meta.filename) {
  // `pullwright prs | head` closes our output early; that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportFailure(error);
  }
}

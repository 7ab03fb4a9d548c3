import { Argument, type Command } from "@commander-js/extra-typings";
import { commandTypes } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import { runCommand } from "./run-command.ts";
import { runUntilStopped } from "./run-until-stopped.ts";
import { configOf } from "./with-operations.ts";

export function addWorkerCommands(program: Command): void {
  const worker = program
    .command("worker")
    .description("work off queued commands, beside a service or on another machine of the same PostgreSQL")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright worker\n  PULLWRIGHT_DATABASE_URL=postgres://… PULLWRIGHT_WORKERS_CREATE_PULL_REQUEST_INSTANCES=8 pullwright worker",
    )
    .action(async (_options, command) => {
      const config = configOf(command);
      const { startWorkersAlone } = await import("../engine/start-workers-alone.ts");
      await runUntilStopped(
        () => startWorkersAlone(config),
        () =>
          process.stdout.write("Pullwright works off commands.  Ctrl-C stops it, and hands back what is not done.\n"),
      );
    });

  worker
    .command("run")
    .description("do one command now, in this process; no service need run")
    .addArgument(new Argument("<type>", "what to do").choices(commandTypes))
    .requiredOption("--payload <json>", "what it needs, as a JSON object; paths are relative to the working directory")
    .option(
      "--workflow <id>",
      "the piece of work it belongs to (default: PULLWRIGHT_WORKER_WORKFLOW_ID, else the last folder of issue_dir)",
    )
    .option("--json", "the result as JSON")
    .addHelpText(
      "after",
      `
The result also goes to PULLWRIGHT_WORKER_RESULT_PATH, where that is set.

Example:
  pullwright worker run create_pull_request --payload '{"issue_dir":"exports/SCRUM-123","commit_log_path":"exports/SCRUM-123/codex_implementation/commit_log.md"}'`,
    )
    .action(async (type, { payload, workflow, json }, command) => {
      const fields = readPayload(payload);
      const checkout = typeof fields["checkout"] === "string" ? fields["checkout"] : process.cwd();
      process.exitCode = await runCommand(configOf(command), {
        type,
        payload: fields,
        checkout,
        workflowId: workflow ?? null,
        json: json ?? false,
      });
    });
}

function readPayload(text: string): Record<string, unknown> {
  try {
    const payload: unknown = JSON.parse(text);
    if (typeof payload === "object" && payload !== null && !Array.isArray(payload))
      return payload as Record<string, unknown>;
  } catch {
    // Said below, without repeating what was given.
  }
  throw new PullwrightError(
    "VALIDATION_ERROR",
    '--payload is a JSON object, such as \'{"issue_dir":"exports/SCRUM-123"}\'.',
  );
}

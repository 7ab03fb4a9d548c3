import { Option, type Command } from "@commander-js/extra-typings";
import { asJson } from "./as-json.ts";
import { systemClock, instantOf } from "../domain/clock.ts";
import { commandStates, type CommandState, commandTypes, type CommandType } from "../domain/command.ts";
import { commandStanding } from "../domain/command-standing.ts";
import { PullwrightError } from "../domain/error.ts";
import { standingLine } from "./command-standing-line.ts";
import { commandStory, toneOf } from "./command-story.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = {
  id: number;
  type: CommandType;
  workflow_id: string;
  state: CommandState;
  paused: boolean;
  attempt: number;
  attempts_max: number;
  available_at: string;
  cancel_requested_at: string | null;
  outcome_code: string | null;
  outcome_because: string | null;
  started_at: string | null;
  updated_at: string;
};

export function addCommandsCommands(program: Command): void {
  const commands = program.command("commands").description("what is asked for, waits, runs, and how it ended");
  addList(commands);
  addShow(commands);
  addQueue(commands);
  addAct(
    commands,
    "retry",
    "queue a command again that failed, was skipped or was cancelled; it finds what it did before",
  );
  addAct(commands, "cancel", "end a command: at once when it waits, within two seconds when it runs");
}

function addList(commands: Command): void {
  addListOptions(commands.command("list", { isDefault: true }).description("newest first"))
    .addOption(new Option("--state <state>", "only in this state").choices(commandStates))
    .addOption(new Option("--type <type>", "only of this type").choices(commandTypes))
    .option("--workflow <id>", "only of this workflow")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright commands list --state failed\n  pullwright commands list --workflow SCRUM-123 --all --ndjson",
    )
    .action(async ({ state, type, workflow, ...options }, command) => {
      const now = instantOf(systemClock());
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          {
            columns: columnsAt(now),
            filter: { state, type, workflow_id: workflow },
            none: "No commands. `pullwright workflows start` and `pullwright commands queue` ask for work.",
          },
          (question) => perform("listCommands", question),
        ),
      );
    });
}

function columnsAt(now: string): Column<Row>[] {
  return [
    { head: "ID", of: (row) => String(row.id) },
    { head: "TYPE", of: (row) => row.type },
    { head: "WORKFLOW", of: (row) => row.workflow_id },
    { head: "STATE", of: (row) => row.state, style: (row) => toneOf(row.state) },
    { head: "ATTEMPT", of: (row) => `${row.attempt} of ${row.attempts_max}` },
    { head: "UPDATED", of: (row) => shortTime(row.updated_at) },
    { head: "WHERE IT STANDS", of: (row) => standingLine(commandStanding(row, now)) },
  ];
}

function addShow(commands: Command): void {
  commands
    .command("show")
    .description("one command: what was asked, each attempt, what it did outside, and what to do now")
    .argument("<id>", "its number in the list")
    .option("--json", "the API's own object")
    .addHelpText("after", "\nExamples:\n  pullwright commands show 12\n  pullwright commands show 12 --json")
    .action(async (id, { json }, command) => {
      await withOperations(command, "read", async (perform) => {
        const detail = await perform("getCommand", { id: parseId(id) });
        process.stdout.write(json ? asJson(detail) : commandStory(detail, instantOf(systemClock())));
      });
    });
}

function addQueue(commands: Command): void {
  commands
    .command("queue")
    .description("ask for one thing; the same thing of the same workflow is asked for once while it has not ended")
    .argument("<type>", `one of ${commandTypes.join(", ")}`)
    .requiredOption("--workflow <id>", "the piece of work that it belongs to: SCRUM-123; begun when it is not there")
    .option("--repo <repository>", "https://host/owner/repo or owner/repo")
    .option("--payload <json>", "what the worker needs, as a JSON object", "{}")
    .option("--json", "the API's own object")
    .addHelpText(
      "after",
      '\nExamples:\n  pullwright commands queue create_pull_request --workflow SCRUM-123 --payload \'{"checkout": "/srv/work/web"}\'\n  pullwright commands queue review_pull_request --workflow SCRUM-123 --repo acme/web --payload \'{"pr_number": 7}\'',
    )
    .action(async (type, { workflow, repo, payload, json }, command) => {
      const input = {
        type: parseType(type),
        workflow_id: workflow,
        ...(repo === undefined ? {} : { repository: repo }),
        payload: parsePayload(payload),
      };
      await withOperations(command, "write", async (perform) => {
        const row = await perform("queueCommand", input);
        process.stdout.write(
          json
            ? asJson(row)
            : `Command ${row.id} (${row.type} of ${row.workflow_id}) is ${row.state}; a running service takes it up. \`pullwright commands show ${row.id}\` tells what becomes of it.\n`,
        );
      });
    });
}

function addAct(commands: Command, act: "retry" | "cancel", what: string): void {
  commands
    .command(act)
    .description(what)
    .argument("<id>", "its number in the list")
    .option("--json", "the API's own object")
    .addHelpText("after", `\nExample:\n  pullwright commands ${act} 12`)
    .action(async (id, { json }, command) => {
      await withOperations(command, "write", async (perform) => {
        const row = await perform(act === "retry" ? "retryCommand" : "cancelCommand", { id: parseId(id) });
        process.stdout.write(json ? asJson(row) : `Command ${row.id} ${endingOf(act, row.state)}\n`);
      });
    });
}

function endingOf(act: "retry" | "cancel", state: CommandState): string {
  if (act === "retry") return "is queued again; a running service takes it up.";
  return state === "cancelled" ? "is cancelled." : "is told to stop; it ends within two seconds.";
}

function parseId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new PullwrightError(
      "VALIDATION_ERROR",
      `${JSON.stringify(text)} is not a command's number. \`pullwright commands list\` shows them.`,
    );
  return Number(text);
}

function parseType(text: string): CommandType {
  const type = commandTypes.find((known) => known === text);
  if (type === undefined)
    throw new PullwrightError(
      "VALIDATION_ERROR",
      `${JSON.stringify(text)} is no type of command. There are ${commandTypes.join(", ")}.`,
    );
  return type;
}

function parsePayload(text: string): Record<string, unknown> {
  const value = parsedOrUndefined(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new PullwrightError("VALIDATION_ERROR", "--payload is not a JSON object. Put it into single quotes.");
  return value as Record<string, unknown>;
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Option, type Command } from "@commander-js/extra-typings";
import { asJson } from "./as-json.ts";
import { instantOf, systemClock } from "../domain/clock.ts";
import { commandWords } from "../domain/command-words.ts";
import type { CommandState, CommandType } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import { type WorkflowState, workflowStates } from "../domain/workflow.ts";
import { toneOf } from "./command-story.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";
import { workflowStory } from "./workflow-story.ts";

type Row = {
  id: string;
  title: string | null;
  state: WorkflowState;
  repository_key: string | null;
  updated_at: string;
  latest_commands: { type: CommandType; state: CommandState }[];
};

export function addWorkflowsCommands(program: Command): void {
  const workflows = program.command("workflows").description("pieces of work, each with its commands");
  addList(workflows);
  addShow(workflows);
  addStart(workflows);
  for (const act of Object.keys(acts) as Act[]) addAct(workflows, act);
}

function addList(workflows: Command): void {
  addListOptions(workflows.command("list", { isDefault: true }).description("newest first"))
    .addOption(new Option("--state <state>", "only in this state").choices(workflowStates))
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright workflows list --state failed\n  pullwright workflows list --all --csv > work.csv",
    )
    .action(async ({ state, ...options }, command) => {
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          {
            columns,
            filter: { state },
            none: "No work yet. `pullwright workflows start SCRUM-123 --plan plan.md` begins a piece of work.",
          },
          (question) => perform("listWorkflows", question),
        ),
      );
    });
}

const columns: Column<Row>[] = [
  { head: "ID", of: (row) => row.id },
  { head: "STATE", of: (row) => row.state, style: (row) => toneOf(row.state) },
  { head: "LATEST", of: latestOf },
  { head: "REPOSITORY", of: (row) => row.repository_key ?? "—" },
  { head: "UPDATED", of: (row) => shortTime(row.updated_at) },
  { head: "TITLE", of: (row) => row.title ?? "" },
];

function latestOf({ latest_commands: commands }: Row): string {
  const last = commands.at(-1);
  return last === undefined ? "—" : `${commandWords[last.type]}: ${last.state}`;
}

function addShow(workflows: Command): void {
  workflows
    .command("show")
    .description("one piece of work: what was done for it, what came of it, and what to do now")
    .argument("<id>", "its id in the list")
    .option("--json", "the API's own object")
    .addHelpText("after", "\nExample:\n  pullwright workflows show SCRUM-123")
    .action(async (id, { json }, command) => {
      await withOperations(command, "read", async (perform) => {
        const workflow = await perform("getWorkflow", { id });
        process.stdout.write(json ? asJson(workflow) : workflowStory(workflow, instantOf(systemClock())));
      });
    });
}

function addStart(workflows: Command): void {
  workflows
    .command("start")
    .description("begin a piece of work, with a plan or without; the same id is the same work")
    .argument("<id>", "SCRUM-123; made safe as a file's name")
    .option("--title <title>", "what it is about")
    .option("--repo <repository>", "https://host/owner/repo or owner/repo")
    .option("--base <branch>", "what it is based on")
    .option("--checkout <folder>", "where the work is done")
    .option("--issue-dir <folder>", "where artifacts go; relative to the checkout")
    .option("--plan <file>", "the plan, as text; - reads it from standard input")
    .option("--execute", "execute the plan now (default: as safety.auto_execute_after_plan says)")
    .option("--no-execute", "keep the plan until the workflow is resumed")
    .option("--json", "the API's own object")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright workflows start SCRUM-123 --title 'Sign-in that lasts' --repo acme/web\n  pullwright workflows start SCRUM-123 --checkout ~/work/web --plan plan.md --execute",
    )
    .action(async (id, { title, repo, base, checkout, issueDir, plan, execute, json }, command) => {
      const input = {
        workflow_id: id,
        ...(title === undefined ? {} : { title }),
        ...(repo === undefined ? {} : { repository: repo }),
        ...(base === undefined ? {} : { base_branch: base }),
        ...(checkout === undefined ? {} : { checkout: resolve(checkout) }),
        ...(issueDir === undefined ? {} : { issue_dir: issueDir }),
        ...(plan === undefined ? {} : { plan: readPlan(plan) }),
        ...(execute === undefined ? {} : { execute }),
      };
      await withOperations(command, "write", async (perform) => {
        const workflow = await perform("startWorkflow", input);
        process.stdout.write(json ? asJson(workflow) : workflowStory(workflow, instantOf(systemClock())));
        if (!json && workflow.state === "paused")
          process.stdout.write(
            `The plan is kept and waits: \`pullwright workflows resume ${workflow.id}\` executes it.\n`,
          );
      });
    });
}

/** The API's own bound, said before the store is opened. */
const planCharactersMax = 200_000;

function readPlan(file: string): string {
  const text = readText(file);
  if (text.length > planCharactersMax)
    throw new PullwrightError(
      "VALIDATION_ERROR",
      `${file} has over ${planCharactersMax} characters; a plan is shorter.`,
    );
  return text;
}

function readText(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new PullwrightError("VALIDATION_ERROR", `The plan ${file} cannot be read.`, { cause: error });
  }
}

type Act = keyof typeof acts;

const acts = {
  pause: {
    operation: "pauseWorkflow",
    what: "begin nothing more of it; what runs goes on to its end",
    done: "is paused",
  },
  resume: { operation: "resumeWorkflow", what: "let a paused one go on where it was", done: "goes on" },
  retry: {
    operation: "retryWorkflow",
    what: "try again what made it fail, or what was cancelled with it",
    done: "is tried again",
  },
  cancel: {
    operation: "cancelWorkflow",
    what: "end it with all that waits or runs of it; what exists at the forge stays there",
    done: "is cancelled",
  },
} as const;

function addAct(workflows: Command, act: Act): void {
  const { operation, what, done } = acts[act];
  workflows
    .command(act)
    .description(what)
    .argument("<id>", "its id in the list")
    .option("--json", "the API's own object")
    .addHelpText("after", `\nExample:\n  pullwright workflows ${act} SCRUM-123`)
    .action(async (id, { json }, command) => {
      await withOperations(command, "write", async (perform) => {
        const workflow = await perform(operation, { id });
        process.stdout.write(json ? asJson(workflow) : `Workflow ${workflow.id} ${done}.\n`);
      });
    });
}

import { styleText } from "node:util";
import type { z } from "zod";
import type { Instant } from "../domain/clock.ts";
import { commandStanding } from "../domain/command-standing.ts";
import { commandWords } from "../domain/command-words.ts";
import type { WorkflowState } from "../domain/workflow.ts";
import type { getWorkflow } from "../operations/workflows.ts";
import { standingLine } from "./command-standing-line.ts";
import { toneOf } from "./command-story.ts";
import { harmlessLine } from "./harmless-line.ts";
import { exactTime } from "./short-time.ts";

type WorkflowDetail = z.output<(typeof getWorkflow)["output"]>;

/** A piece of work for a terminal: who asked, what was done for it one after the other, what came of it, and what to do now. */
export function workflowStory(workflow: WorkflowDetail, now: Instant): string {
  const { id, title, state, requested_by, created_at, repository_key } = workflow;
  const links = workflow.latest_commands.flatMap((command) => command.links);
  const artifacts = workflow.latest_commands.flatMap((command) => Object.entries(command.artifacts));
  const parts = [
    [
      `${styleText("bold", id)}  ${harmlessLine(title ?? "without a title")}  ${styleText(toneOf(state), state)}`,
      `Asked for by ${requested_by} on ${exactTime(created_at)}${repository_key === null ? "" : `, on ${repository_key}`}.`,
      ...placeOf("Checkout", workflow.checkout_dir),
      ...placeOf("Artifacts go to", workflow.issue_dir),
    ],
    section(
      "Commands",
      workflow.commands.map(
        (command) =>
          `${command.id}  ${commandWords[command.type]}  ${command.state}  ${standingLine(commandStanding(command, now))}`,
      ),
    ),
    section(
      "Links",
      links.map(({ label, url }) => `${label}  ${url}`),
    ),
    section(
      "Artifacts",
      artifacts.map(([name, path]) => `${name}: ${path}`),
    ),
    section("Now", nowLines(workflow)),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

function placeOf(what: string, folder: string | null): string[] {
  return folder === null ? [] : [harmlessLine(`${what}: ${folder}`)];
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [styleText("bold", title), ...lines.map((line) => `  ${harmlessLine(line)}`)];
}

function nowLines({ id, state, commands }: WorkflowDetail): string[] {
  const advice: Record<WorkflowState, string[]> = {
    active:
      commands.length === 0
        ? [
            "Nothing was asked for yet.",
            `Execute a plan: pullwright workflows start ${id} --execute --plan plan.md`,
            `Or ask for one thing: pullwright commands queue create_pull_request --workflow ${id}`,
          ]
        : [`Hold it: pullwright workflows pause ${id}`, `End it: pullwright workflows cancel ${id}`],
    paused: [
      "Nothing of it is begun until it is resumed.",
      `Let it go on: pullwright workflows resume ${id}`,
      `End it: pullwright workflows cancel ${id}`,
    ],
    succeeded: [],
    failed: [
      ...lastFailure(commands),
      `Try again: pullwright workflows retry ${id}`,
      `Leave it: pullwright workflows cancel ${id}`,
    ],
    cancelled: [`Begin again where it was: pullwright workflows retry ${id}`],
  };
  return advice[state];
}

function lastFailure(commands: WorkflowDetail["commands"]): string[] {
  const failed = commands.findLast((command) => command.state === "failed");
  return failed === undefined ? [] : [`What failed, and what to do: pullwright commands show ${failed.id}`];
}

import { styleText } from "node:util";
import type { z } from "zod";
import type { Instant } from "../domain/clock.ts";
import { commandStanding } from "../domain/command-standing.ts";
import { commandWords, historyWords } from "../domain/command-words.ts";
import type { getCommand } from "../operations/commands.ts";
import { standingLine } from "./command-standing-line.ts";
import { harmlessLine } from "./harmless-line.ts";
import { exactTime } from "./short-time.ts";

type CommandDetail = z.output<(typeof getCommand)["output"]>;

/** A command's life for a terminal: what was asked, each attempt with its end, what it did outside, what it left behind, and what to do now. */
export function commandStory(command: CommandDetail, now: Instant): string {
  const { id, type, workflow_id: workflow, state, requested_by, created_at, repository_key } = command;
  const parts = [
    [
      `${bold(`Command ${id}`)}  ${commandWords[type]} of ${workflow}  ${styleText(toneOf(state), state)}`,
      `Asked for by ${requested_by} on ${exactTime(created_at)}${repository_key === null ? "" : `, on ${repository_key}`}${causeOf(command)}.`,
    ],
    section("What was asked", Object.entries(command.payload).map(pair)),
    section("What happened", command.history.map(historyLine)),
    section("What it did outside", command.effects.map(effectLine)),
    section(
      "Links",
      command.links.map(({ label, url }) => `${label}  ${url}`),
    ),
    section("Artifacts", Object.entries(command.artifacts).map(pair)),
    section("Log", command.log_path === null ? [] : [command.log_path]),
    section("Now", nowLines(command, now)),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

const bold = (text: string): string => styleText("bold", text);

/** The colour in which lists and stories show a state. */
export function toneOf(state: string): "green" | "red" | "yellow" | "blue" | "gray" {
  const tones: Record<string, "green" | "red" | "yellow" | "blue"> = {
    succeeded: "green",
    failed: "red",
    queued: "yellow",
    paused: "yellow",
    running: "blue",
    active: "blue",
  };
  return tones[state] ?? "gray";
}

/** Nothing where there is nothing to say. */
function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [bold(title), ...lines.map((line) => `  ${harmlessLine(line)}`)];
}

function causeOf({ caused_by_event_id: event, caused_by_command_id: command }: CommandDetail): string {
  if (command !== null) return `, because of command ${command}`;
  return event === null ? "" : `, because of event ${event}`;
}

function pair([name, value]: [string, unknown]): string {
  return `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`;
}

function historyLine({
  at,
  move,
  attempt,
  actor,
  code,
  because,
  started_at,
}: CommandDetail["history"][number]): string {
  const what = historyWords[move] ?? move;
  const reason = [code, because].filter((part) => part !== null).join(": ");
  if (started_at === null) return `${exactTime(at)}  ${what}, by ${actor}${reason === "" ? "" : `: ${reason}`}`;
  return `${exactTime(started_at)}  Attempt ${attempt}, ended ${exactTime(at)}: ${what.toLowerCase()}${reason === "" ? "" : `. ${reason}`}`;
}

function effectLine(effect: CommandDetail["effects"][number]): string {
  const { kind, state, sends, code, because, check_after_at: checkAfter, done_at: doneAt, result } = effect;
  if (doneAt !== null) return `${kind}  done ${exactTime(doneAt)}${foundWords(effect)}: ${JSON.stringify(result)}`;
  const sent = sends === 0 ? "not sent" : sends === 1 ? "sent once" : `sent ${sends} times`;
  const reason = [code, because].filter((part) => part !== null).join(": ");
  const looked = checkAfter === null ? "" : `, looked for again after ${exactTime(checkAfter)}`;
  return `${kind}  ${state}, ${sent}${looked}${reason === "" ? "" : `: ${reason}`}`;
}

function foundWords({ known_by: knownBy, sent_at: sentAt }: CommandDetail["effects"][number]): string {
  if (knownBy === "look") return ", found there";
  if (knownBy !== "look-after-lost-answer") return "";
  return `, sent ${sentAt === null ? "before" : exactTime(sentAt)}, its answer lost, found again`;
}

function nowLines(command: CommandDetail, now: Instant): string[] {
  const { id, state, remedy, workflow_id: workflow } = command;
  const standing = commandStanding(command, now);
  const words = standingLine(standing);
  return [
    ...(words === "" ? [] : [words]),
    ...(state === "failed" && remedy !== null ? [`What to do: ${remedy}`] : []),
    ...(standing.kind === "paused" ? [`Let it go on: pullwright workflows resume ${workflow}`] : []),
    ...(state === "failed" || state === "cancelled" ? [`Try again: pullwright commands retry ${id}`] : []),
    ...(state === "queued" || standing.kind === "runs" ? [`End it: pullwright commands cancel ${id}`] : []),
  ];
}

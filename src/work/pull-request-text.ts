import { disarmLineText, disarmMarkdown, disarmMessage } from "./disarm-text.ts";
import type { CommitLog } from "./commit-log.ts";

/** What a pull request is about, in the words of whoever did the work; none of it is trusted. */
export type DescribedWork = {
  workflowId: string;
  /** Given by whoever asked; else the log's headline makes one. */
  title: string | null;
  log: CommitLog;
  /** Paths as people read them, in order. */
  changes: { path: string; status: "added" | "changed" | "deleted" | "renamed"; from?: string }[];
  /** What was left out and why, one line each. */
  notes: string[];
  sessionId: string | null;
  /** Where the work is shown, when people can reach the dashboard. */
  url: string | null;
};

/** GitHub takes 256 characters in a title, GitLab 255; GitHub takes 65,536 in a body, GitLab more. */
const titleCharactersMax = 240;
const bodyCharactersMax = 60_000;
const messageCharactersMax = 30_000;
const pathsShownMax = 200;

/** `Implement SCRUM-123: Add a retry to the client`. */
export function titleOf(work: DescribedWork): string {
  const words =
    work.title ?? [`Implement ${work.workflowId}`, work.log.headline].filter((part) => part !== null).join(": ");
  return cut(disarmLineText(words) || `Implement ${work.workflowId}`, titleCharactersMax);
}

/**
 * The one commit's message: the title, the log, and the trailer by which the session is found again (`Pullwright-Session`). The same work has the same
 * message, and so the same SHA.
 */
export function commitMessageOf(work: DescribedWork): string {
  const title = cut(disarmMessage(titleOf(work)), titleCharactersMax);
  const log = cut(disarmMessage(work.log.text), messageCharactersMax);
  const trailer = work.sessionId === null ? [] : [`Pullwright-Session: ${work.sessionId}`];
  return `${[title, log, ...trailer].join("\n\n")}\n`;
}

/** The pull request's text (`pr_description.md`), without the mark by which it is found again. */
export function descriptionOf(work: DescribedWork): string {
  const shown = work.changes.slice(0, pathsShownMax).map(changeLine);
  const more = work.changes.length - shown.length;
  const foot = work.url === null ? "" : ` [How it came about](${work.url}).`;
  const head = [
    "## Pullwright automated pull request",
    "",
    `Workflow: ${inlineCode(work.workflowId)}`,
    "",
    "## Changed files",
    "",
    ...shown,
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...(work.notes.length === 0 ? [] : ["", "Left out:", "", ...work.notes.map((note) => `- ${disarmLineText(note)}`)]),
    "",
    "## Implementation log",
    "",
  ].join("\n");
  const end = `\n\n---\nOpened by Pullwright from an agent's work; nothing was merged or approved.${foot}`;
  return `${head}${disarmedWithin(work.log.text, bodyCharactersMax - head.length - end.length)}${end}`;
}

/** Disarmed text is longer than what it came from, by how much depends on what it holds. */
function disarmedWithin(text: string, charactersMax: number): string {
  let taken = cut(text, charactersMax);
  let disarmed = disarmMarkdown(taken);
  while (disarmed.length > charactersMax) {
    taken = cut(taken, Math.floor((taken.length * charactersMax * 0.95) / disarmed.length));
    disarmed = disarmMarkdown(taken);
  }
  return disarmed;
}

function changeLine({ path, status, from }: DescribedWork["changes"][number]): string {
  const was = from === undefined ? "" : ` (from ${inlineCode(from)})`;
  return `- ${inlineCode(path)} ${status}${was}`;
}

/** Any text as inline code: a longer run of backticks around it than any in it, and on one line. */
function inlineCode(text: string): string {
  const line = disarmLineText(text).replaceAll("<!--", "<!\u2060--") || " ";
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${space}${line}${space}${ticks}`;
}

/** Whole characters, and a word that something is missing. */
function cut(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text;
  const kept = text.slice(0, charactersMax - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

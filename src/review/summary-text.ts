import type { Finding, ReviewResult, ReviewVerdict } from "../domain/review.ts";
import type { DeceptiveLine } from "./deceptive-lines.ts";
import { inlineCode } from "./gate/render-markdown.ts";
import { counted, durationText, pathCode, placeLink, priorityWord, type TextPlace, usageText } from "./text-parts.ts";

/** All that a summary tells. The result has been through the gate. */
export type SummaryFacts = {
  result: ReviewResult;
  number: number;
  place: Pick<TextPlace, "forge" | "repositoryUrl">;
  /** Findings that have a comment at their line, and where it is; null where the forge did not say. */
  threads: Map<string, string | null>;
  /** Of earlier pushes: gone now, not looked at now. */
  resolved: Pick<Finding, "id" | "title">[];
  unread: Pick<Finding, "id" | "title">[];
  deceptive: DeceptiveLine[];
  round: number;
  roundsMax: number;
  /** Where the review is shown; null when people cannot reach the dashboard. */
  dashboardUrl: string | null;
};

/** GitHub takes 65,536 characters; our mark and some reserve come on top. */
export const summaryCharactersMax = 60_000;

/**
 * The one comment on a pull request, without the mark by which it is found again. When it would be too long, bodies of the least grave findings go first,
 * then findings, then files that were not read; what went is counted.
 */
export function summaryText(facts: SummaryFacts): string {
  const { result } = facts;
  const head = [headingOf(facts), "", `${verdictWords[result.verdict]} ${result.because}`];
  const foot = [...coverageLines(result), ...earlierLines(facts), ...footLines(facts)];
  const warning = deceptiveLinesText(facts);
  const fixed = [...head, ...warning, ...foot].join("\n").length + 200;
  const explanation = result.explanation === "" ? [] : ["", result.explanation];
  const left = summaryCharactersMax - fixed - explanation.join("\n").length;
  return [...head, ...warning, ...explanation, ...findingLines(facts, left), ...foot].join("\n");
}

function headingOf({ number, place }: SummaryFacts): string {
  return `## Pullwright automated review of ${place.forge === "github" ? "#" : "!"}${number}`;
}

const verdictWords: Record<ReviewVerdict, string> = {
  pass: "**Pass.**",
  findings: "**Findings.**",
  inconclusive: "**INCONCLUSIVE.**",
  "no-verdict": "**No verdict.**",
};

function deceptiveLinesText({ deceptive }: SummaryFacts): string[] {
  if (deceptive.length === 0) return [];
  const lines = deceptive.map(({ path, line, what }) => `- ${pathCode(`${path}:${line}`)}: ${what}`);
  return ["", "**Look twice:** some added lines are not what they look like.", "", ...lines];
}

function findingLines(facts: SummaryFacts, charactersMax: number): string[] {
  const findings = facts.result.findings.toSorted((a, b) => a.priority - b.priority);
  if (findings.length === 0) return [];
  const entries = findings.map((finding) => entryOf(finding, facts));
  let left = charactersMax - 200;
  const shown = entries.map(({ line }) => {
    left -= line.length + 1;
    return left > 0;
  });
  left = Math.max(
    0,
    charactersMax - 200 - entries.reduce((sum, { line }, at) => sum + (shown[at] === true ? line.length + 1 : 0), 0),
  );
  const lines = entries.flatMap(({ line, body }, at) => {
    if (shown[at] !== true) return [];
    left -= body.length;
    return left > 0 ? [line, ...(body === "" ? [] : ["", body, ""])] : [line];
  });
  const more = shown.filter((isShown) => !isShown).length;
  return ["", "### Findings", "", ...lines, ...(more === 0 ? [] : [`- and ${counted(more, "finding")} more`])];
}

/** Who has a comment at his line is told there what is wrong. */
function entryOf(finding: Finding, { result, place, threads }: SummaryFacts): { line: string; body: string } {
  const where = placeLink(finding, { ...place, headSha: result.headSha });
  const url = threads.get(finding.id);
  const comment = url === undefined ? "" : url === null ? " (comment at the line)" : ` ([comment](${url}))`;
  const line = `- **${priorityWord(finding)}** ${finding.title} ${where} \`${finding.id}\`${comment}`;
  return { line, body: url === undefined ? indented(finding.body) : "" };
}

/** As part of the list's entry above it. */
function indented(markdown: string): string {
  return markdown
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
}

const skippedShownMax = 40;

function coverageLines({ coverage }: ReviewResult): string[] {
  const { hunksRead, hunksTotal, filesTotal, filesSkipped, partsSent, partsAnswered } = coverage;
  const parts = partsSent > 1 ? `, in ${partsAnswered} of ${partsSent} parts` : "";
  const all = filesSkipped.length === 0 && hunksRead === hunksTotal;
  const head = all
    ? `All of ${counted(filesTotal, "file")} and ${counted(hunksTotal, "hunk")}${parts}.`
    : `${hunksRead} of ${counted(hunksTotal, "hunk")}${parts}. Not read, or not wholly, ${counted(filesSkipped.length, "file")} of ${filesTotal}:`;
  const shown = filesSkipped.slice(0, skippedShownMax).map(({ path, reason }) => `- ${pathCode(path)}: ${reason}`);
  const more = filesSkipped.length - shown.length;
  return [
    "",
    "### What was read",
    "",
    head,
    ...(shown.length === 0 ? [] : ["", ...shown]),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}

const earlierShownMax = 20;

function earlierLines({ resolved, unread }: SummaryFacts): string[] {
  const list = (intro: string, findings: SummaryFacts["resolved"]): string[] => {
    if (findings.length === 0) return [];
    const shown = findings.slice(0, earlierShownMax).map(({ id, title }) => `- \`${id}\` ${title}`);
    const more = findings.length - shown.length;
    return ["", intro, "", ...shown, ...(more > 0 ? [`- and ${more} more`] : [])];
  };
  return [
    ...list("Found on an earlier commit, and gone now:", resolved),
    ...list("Found on an earlier commit, and not looked at on this one:", unread),
  ];
}

function footLines({ result, round, roundsMax, dashboardUrl }: SummaryFacts): string[] {
  const { agent, usage, startedAt, endedAt, headSha } = result;
  const who = usage.model === null ? agent : `${agent}, ${inlineCode(usage.model, 100)}`;
  const details = dashboardUrl === null ? "" : ` [Details](${dashboardUrl}).`;
  return [
    "",
    "---",
    `Commit ${headSha}, round ${round} of ${roundsMax}. ${who}; ${durationText(startedAt, endedAt)}; ${usageText(usage)}.${details}`,
    "",
    "A machine wrote this. It never approves and never merges. To have a finding never said again, resolve its comment, or run `pullwright findings dismiss <review> <finding>`.",
  ];
}

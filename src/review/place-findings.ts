import type { Change, ChangedFile, DiffHunk } from "../domain/change.ts";
import type { Finding, Priority } from "../domain/review.ts";

/** A place of the diff that a forge takes a comment at, on the side of after the change. */
export type InlinePlace = {
  path: string;
  oldPath: string | null;
  startLine: number;
  endLine: number;
  /** Number that the last line had before the change, null when it was added. */
  oldEndLine: number | null;
};

export type PlacedFinding = {
  finding: Finding;
  place: InlinePlace;
  /** Replaces exactly the lines of the place; null where the proposal is not complete, not small, or none. */
  suggestion: string | null;
};

export type PlaceOptions = {
  inlineMax: number;
  /** The least grave that gets a comment at its line. */
  priority: Priority;
};

export const usualPlaceOptions: PlaceOptions = { inlineMax: 6, priority: 2 };

const suggestionLinesMax = 5;

/**
 * Chooses the findings that become comments at lines, the gravest and surest first: only where the diff has the lines, since forges refuse others. All others
 * stay for the summary. Findings that have a comment already are not given in here.
 */
export function placeFindings(
  findings: Finding[],
  change: Change,
  { inlineMax, priority }: PlaceOptions = usualPlaceOptions,
): { inline: PlacedFinding[]; rest: Finding[] } {
  const inline: PlacedFinding[] = [];
  const rest: Finding[] = [];
  for (const finding of findings.toSorted(byWeight)) {
    const isWanted = finding.priority <= priority && inline.length < inlineMax;
    const placed = isWanted ? placeOf(finding, change) : null;
    if (placed === null) rest.push(finding);
    else inline.push(placed);
  }
  return { inline, rest };
}

function byWeight(one: Finding, other: Finding): number {
  return one.priority - other.priority || (other.confidence ?? 0) - (one.confidence ?? 0);
}

/** Null where the diff has none of the finding's lines. */
function placeOf(finding: Finding, change: Change): PlacedFinding | null {
  const file = change.files.find(({ path }) => path === finding.path);
  if (file === undefined || file.status === "deleted") return null;
  const within = bestRange(file, finding);
  if (within === null) return null;
  const { startLine, endLine, hunk } = within;
  const last = hunk.lines.find(({ newLine }) => newLine === endLine);
  const oldPath = file.oldPath === file.path ? null : file.oldPath;
  const isWhole = startLine === finding.startLine && endLine === finding.endLine;
  return {
    finding,
    place: { path: file.path, oldPath, startLine, endLine, oldEndLine: last?.oldLine ?? null },
    suggestion: isWhole ? smallSuggestion(finding, hunk) : null,
  };
}

type Range = { startLine: number; endLine: number; hunk: DiffHunk };

/** The part of the finding's lines that lies in one hunk: in the one with most of them, in the first of equals. */
function bestRange(file: ChangedFile, finding: Finding): Range | null {
  let best: Range | null = null;
  for (const hunk of file.hunks) {
    const numbers = hunk.lines.flatMap(({ newLine }) => newLine ?? []);
    const inside = numbers.filter((line) => line >= finding.startLine && line <= finding.endLine);
    const [startLine] = inside;
    const endLine = inside.at(-1);
    if (startLine === undefined || endLine === undefined) continue;
    if (best === null || endLine - startLine > best.endLine - best.startLine) best = { startLine, endLine, hunk };
  }
  return best;
}

/** Also not one that changes nothing, or that begins a line with what GitLab could take for a command. */
function smallSuggestion({ suggestion, startLine, endLine }: Finding, hunk: DiffHunk): string | null {
  if (suggestion === null || endLine - startLine >= suggestionLinesMax) return null;
  const text = suggestion.replace(/\r?\n$/, "");
  if (text.split("\n").length > suggestionLinesMax || /^\/[a-z]/im.test(text)) return null;
  const now = hunk.lines.filter(({ newLine }) => newLine !== null && newLine >= startLine && newLine <= endLine);
  return now.map((line) => line.text).join("\n") === text ? null : text;
}

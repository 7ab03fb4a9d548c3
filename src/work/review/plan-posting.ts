import type { Change } from "../../domain/change.ts";
import type { ForgeName } from "../../domain/repository.ts";
import type { Priority } from "../../domain/review.ts";
import type { ForgeChange } from "../../forges/forge.ts";
import { checkText } from "../../review/check-text.ts";
import type { Conclusion } from "../../review/conclude-review.ts";
import { deceptiveLines } from "../../review/deceptive-lines.ts";
import { inlineText } from "../../review/inline-text.ts";
import { placeFindings } from "../../review/place-findings.ts";
import { summaryText } from "../../review/summary-text.ts";
import type { Posting } from "./posting.ts";
import type { Before } from "./threads-before.ts";

export type ToPlan = {
  concluded: Conclusion;
  change: Change;
  commits: ForgeChange;
  number: number;
  forge: ForgeName;
  repositoryUrl: string;
  round: number;
  /** Threads that are there already. */
  threads: Before["threads"];
  posted: Before["posted"];
};

export type PlanOptions = {
  inlineMax: number;
  inlinePriority: Priority;
  isGating: boolean;
  limits: { roundsMax: number };
};

/** Puts a review into words and places: which findings get a comment at their line, what the summary says, which threads are over, what the check says. Pure. */
export function planPosting(
  { concluded, change, commits, number, forge, repositoryUrl, round, threads, posted }: ToPlan,
  { inlineMax, inlinePriority, isGating, limits }: PlanOptions,
): Posting {
  const { result, matched, remembered } = concluded;
  const { resolved, unread } = matched;
  const fresh = result.findings.filter(({ id }) => !threads.has(id) && !posted.has(id));
  const { inline } = placeFindings(fresh, change, { inlineMax, priority: inlinePriority });
  const there = [...threads].map(([id, { url }]) => [id, url] as const);
  const planned = inline.map(({ finding }) => [finding.id, null] as const);
  const summaryWith = (places: Iterable<readonly [string, string | null]>): string =>
    summaryText({
      result,
      number,
      place: { forge, repositoryUrl },
      threads: new Map(places),
      resolved,
      unread,
      deceptive: deceptiveLines(change),
      round,
      roundsMax: limits.roundsMax,
      dashboardUrl: null,
    });
  return {
    change: commits,
    summary: summaryWith([...there, ...planned]),
    summaryAlone: summaryWith(there),
    inline: inline.map((placed) => ({
      findingId: placed.finding.id,
      ...placed.place,
      oldStartLine: oldLineOf(change, placed.place.path, placed.place.startLine),
      body: inlineText(placed, { forge }),
    })),
    // Also what was gone before, where the thread could not be ended then.
    resolve: remembered.flatMap(({ id, state, lastConfirmedSha }) => {
      const thread = state === "resolved" ? threads.get(id) : undefined;
      return thread === undefined || thread.isResolved
        ? []
        : [{ findingId: id, threadId: thread.id, lastConfirmedSha }];
    }),
    check: checkText(result, { isGating }),
  };
}

/** The number that a line had before the change; null for one that was added. */
function oldLineOf(change: Change, path: string, newLine: number): number | null {
  const lines = change.files.find((file) => file.path === path)?.hunks.flatMap((hunk) => hunk.lines);
  return lines?.find((line) => line.newLine === newLine)?.oldLine ?? null;
}

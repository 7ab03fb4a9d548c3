import type { ReviewRow } from "../api/reviews.ts";
import { count } from "../text/quantity.ts";
import { Absent } from "./time-ago.tsx";
import { PriorityMark } from "./review-badge.tsx";

/** How many findings of each priority, the gravest first. None of a review that did not get to its end says nothing. */
export function FindingCounts({ review: { findings_by_priority: counts, verdict } }: { review: ReviewRow }) {
  const found = ([0, 1, 2, 3] as const).map((priority) => ({ priority, number: counts[`p${priority}`] }));
  const some = found.filter(({ number }) => number > 0);
  if (some.length === 0) return verdict === "pass" ? <span className="muted">none</span> : <Absent />;
  return (
    <span className="finding-counts numeric">
      {some.map(({ priority, number }) => (
        <span key={priority}>
          {count(number)} <PriorityMark priority={priority} />
        </span>
      ))}
    </span>
  );
}

/** How much of a change was read, as a thin bar and in words. */
export function CoverageBar({ coverage }: { coverage: ReviewRow["coverage"] }) {
  const { hunks_read: read, hunks_total: total, files_not_read: notRead } = coverage;
  const isWhole = read === total && notRead === 0;
  return (
    <span className="coverage" title={`${count(read)} of ${count(total)} hunks read`}>
      <span className="coverage-bar" aria-hidden="true">
        <span className="coverage-read" style={{ flexGrow: read }} />
        <span className="coverage-unread" style={{ flexGrow: total - read }} />
      </span>
      <span className="coverage-words numeric">
        {isWhole ? "all" : `${count(read)} of ${count(total)}`}
        <span className="heard"> of the change read</span>
      </span>
    </span>
  );
}

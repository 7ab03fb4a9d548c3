import { lazy, Suspense } from "react";
import { useActivity } from "../api/activity.ts";
import { FailureNotice } from "../parts/notices.tsx";
import { count } from "../text/quantity.ts";
import { ActivityTable } from "./activity-table.tsx";
import { lookOfGroup } from "./group-look.ts";

const ActivityChart = lazy(() => import("./activity-chart.tsx"));

/** How much came in over the last day, and of what kind. */
export function Activity() {
  const { data, isError, error, refetch } = useActivity(24, 48);
  const totals = new Map(
    (data?.groups ?? []).map((group) => [group, sum(data?.buckets.map((bucket) => bucket.counts[group] ?? 0) ?? [])]),
  );
  return (
    <section className="sheet activity" aria-labelledby="activity-title">
      <div className="sheet-head">
        <h2 id="activity-title">Last 24 hours</h2>
        <ul className="legend" aria-label="Kinds">
          {[...totals].map(([group, total]) => (
            <li key={group}>
              <span className={`swatch swatch-${lookOfGroup(group).tone}`} aria-hidden="true" />
              {lookOfGroup(group).word} <span className="numeric legend-number">{count(total)}</span>
            </li>
          ))}
        </ul>
      </div>
      {isError && data === undefined ? (
        <FailureNotice what="The activity" error={error} onRetry={() => void refetch()} />
      ) : (
        <Suspense fallback={<div className="chart-space" />}>
          {data === undefined ? <div className="chart-space" /> : <ActivityChart activity={data} />}
        </Suspense>
      )}
      {data === undefined ? null : <ActivityTable activity={data} />}
    </section>
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { useQuery } from "@tanstack/react-query";
import { useActivity, type Activity as ActivityData } from "../api/activity.ts";
import { FailureNotice } from "../parts/notices.tsx";
import { count } from "../text/quantity.ts";
import { ActivityTable } from "./activity-table.tsx";
import { lookOfGroup } from "./group-look.ts";

/** How much came in over the last day, and of what kind. */
export function Activity() {
  const { data, isError, error, refetch } = useActivity(24, 48);
  return (
    <section className="sheet activity" aria-labelledby="activity-title">
      <div className="sheet-head">
        <h2 id="activity-title">Last 24 hours</h2>
        {data === undefined ? null : <Legend activity={data} />}
      </div>
      {isError && data === undefined ? (
        <FailureNotice what="The activity" error={error} onRetry={() => void refetch()} />
      ) : (
        <LazyChart activity={data} />
      )}
      {data === undefined ? null : <ActivityTable activity={data} />}
    </section>
  );
}

function Legend({ activity }: { activity: ActivityData }) {
  return (
    <ul className="legend" aria-label="Kinds">
      {activity.groups.map((group) => (
        <li key={group}>
          <span className={`swatch swatch-${lookOfGroup(group).tone}`} aria-hidden="true" />
          {lookOfGroup(group).word} <span className="numeric legend-number">{count(totalOf(activity, group))}</span>
        </li>
      ))}
    </ul>
  );
}

function totalOf(activity: ActivityData, group: string): number {
  return activity.buckets.reduce((total, bucket) => total + (bucket.counts[group] ?? 0), 0);
}

/**
 * The chart, whose code is fetched like any other data: it can fail (the service is down, or was upgraded since the page was opened), and
 * then the rest of the page must stand.
 */
function LazyChart({ activity }: { activity: ActivityData | undefined }) {
  const code = useQuery({
    queryKey: ["chart code"],
    queryFn: () => import("./activity-chart.tsx"),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  if (code.isError) {
    return (
      <p className="note chart-note">
        The chart could not be loaded; its numbers are in the table. Load the page again to see it.
      </p>
    );
  }
  if (code.data === undefined || activity === undefined) return <div className="chart-space" />;
  const { ActivityChart } = code.data;
  return <ActivityChart activity={activity} />;
}

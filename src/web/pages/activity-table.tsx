import type { Activity } from "../api/activity.ts";
import { lookOfGroup } from "./group-look.ts";

/** The chart's numbers for who cannot see it, or wants them exactly. Stretches without anything are left out. */
export function ActivityTable({ activity }: { activity: Activity }) {
  const buckets = activity.buckets
    .filter((bucket) => activity.groups.some((group) => (bucket.counts[group] ?? 0) > 0))
    .toReversed();
  return (
    <details className="disclosure">
      <summary>As a table</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <section className="table-scroll" tabIndex={0} aria-label="Activity by half hour">
        <table className="number-table">
          <thead>
            <tr>
              <th scope="col">From (UTC)</th>
              {activity.groups.map((group) => (
                <th key={group} scope="col">
                  {lookOfGroup(group).word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {buckets.map((bucket) => (
              <tr key={bucket.at}>
                <th scope="row">{bucket.at.slice(0, 16).replace("T", " ")}</th>
                {activity.groups.map((group) => (
                  <td key={group}>{bucket.counts[group] ?? 0}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

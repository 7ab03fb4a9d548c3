import { Link } from "wouter";
import type { CiRunRow } from "../api/ci-runs.ts";
import { duration } from "../text/relative-time.ts";
import { OutsideText } from "./outside-text.tsx";
import { CiRunBadge } from "./state-badge.tsx";
import { TimeAgo } from "./time-ago.tsx";

/** CI runs in a few lines, each a way to its own page. */
export function RunList({ runs }: { runs: CiRunRow[] }) {
  return (
    <ul className="line-list">
      {runs.map((run) => (
        <li key={run.id}>
          <CiRunBadge status={run.status} />
          <Link href={`/runs/${run.id}`} className="line-main">
            <OutsideText>{runName(run)}</OutsideText>
          </Link>
          <span className="line-meta">
            {run.run_attempt > 1 ? <span>attempt {run.run_attempt}</span> : null}
            <span>{duration(run.started_ts, run.completed_ts)}</span>
            <TimeAgo at={run.completed_ts ?? run.started_ts ?? run.updated_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What a run is called: its workflow, else its kind and id. A commit status carries its context behind the commit id. */
export function runName(run: Pick<CiRunRow, "workflow_name" | "kind" | "run_id">): string {
  if (run.workflow_name !== null && run.workflow_name !== "") return run.workflow_name;
  const context = /^[0-9a-f]{40,64}:(.+)$/.exec(run.run_id)?.[1];
  return context ?? `${run.kind} ${run.run_id}`;
}

import type { CiRunRow } from "../api/ci-runs.ts";
import { useRecordList } from "../api/record-list.ts";
import { useRepositorySlugs } from "../api/repositories.ts";
import { BranchName } from "../parts/branch-flow.tsx";
import { CommitSha } from "../parts/copyable.tsx";
import { Choice, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { ListPage } from "../parts/list-page.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import type { RecordColumn } from "../parts/record-table.tsx";
import { RepositoryName } from "../parts/repository-name.tsx";
import { runName } from "../parts/run-list.tsx";
import { CiRunBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { duration } from "../text/relative-time.ts";
import { CiRunPanel } from "./ci-run-panel.tsx";
import { WorkflowStrips } from "./workflow-strips.tsx";

const statuses: [string, string][] = [
  ["success", "Success"],
  ["failure", "Failure"],
  ["in_progress", "Running"],
  ["pending", "Pending"],
  ["cancelled", "Cancelled"],
  ["skipped", "Skipped"],
];

const columns: RecordColumn<CiRunRow>[] = [
  { id: "status", header: "Status", cell: (row) => <CiRunBadge status={row.status} />, sortBy: (row) => row.status },
  { id: "name", header: "Run", cell: (row) => <OutsideText>{runName(row)}</OutsideText>, sortBy: runName },
  {
    id: "repository",
    header: "Repository",
    cell: (row) => <RepositoryName name={row.repo_slug} />,
    sortBy: (row) => row.repo_slug,
  },
  {
    id: "branch",
    header: "Branch",
    cell: (row) => (row.branch === null ? <Absent /> : <BranchName name={row.branch} />),
    sortBy: (row) => row.branch,
  },
  { id: "commit", header: "Commit", cell: (row) => <CommitSha sha={row.commit_sha} /> },
  {
    id: "attempt",
    header: "Attempt",
    cell: (row) => row.run_attempt,
    sortBy: (row) => row.run_attempt,
    largestFirst: true,
  },
  {
    id: "kind",
    header: "Kind",
    cell: (row) => (
      <>
        {row.kind} <span className="muted">{row.provider}</span>
      </>
    ),
    sortBy: (row) => `${row.provider} ${row.kind}`,
  },
  {
    id: "started",
    header: "Started",
    cell: (row) => <TimeAgo at={row.started_ts ?? row.updated_at} />,
    sortBy: (row) => row.started_ts ?? row.updated_at,
    largestFirst: true,
  },
  {
    id: "duration",
    header: "Duration",
    cell: (row) => duration(row.started_ts, row.completed_ts) ?? <Absent />,
    sortBy: durationMs,
    largestFirst: true,
  },
];

const filterNames = ["repo", "status", "commit_sha"] as const;

export function CiRunsPage() {
  const { filters, search, setFilter } = useFilters(filterNames);
  const repositories = useRepositorySlugs();
  return (
    <ListPage
      title="CI runs"
      path="/runs"
      search={search}
      list={useRecordList<CiRunRow>("runs", filters)}
      layout="ci-run-table"
      columns={columns}
      linkColumn="name"
      filters={
        <>
          <TextFilter
            label="Repository"
            placeholder="Repository"
            value={filters.repo}
            onChange={(value) => setFilter("repo", value)}
            suggestions={repositories}
            first
          />
          <TextFilter
            label="Commit id"
            placeholder="Commit id"
            value={filters.commit_sha}
            onChange={(value) => setFilter("commit_sha", value?.toLowerCase() ?? null)}
            mono
          />
          <Choice
            label="Status"
            options={statuses}
            value={filters.status}
            onChange={(value) => setFilter("status", value)}
          />
        </>
      }
      between={<WorkflowStrips repo={filters.repo} />}
      noMatch={{
        title: "No run matches.",
        words: "Nothing in the store fits these filters. Four digits of a commit id are enough.",
      }}
      none={
        <EmptyState icon="ci" title="No CI runs yet.">
          <p>
            Tick <em>Workflow runs</em>, <em>Check runs</em> and <em>Statuses</em> in GitHub’s webhook,{" "}
            <em>Pipeline</em> and <em>Job events</em> in GitLab’s, or let your CI system post to{" "}
            <code>/api/webhooks/ci</code>.
          </p>
        </EmptyState>
      }
      Panel={CiRunPanel}
    />
  );
}

function durationMs(row: CiRunRow): number | null {
  return row.started_ts === null || row.completed_ts === null
    ? null
    : Date.parse(row.completed_ts) - Date.parse(row.started_ts);
}

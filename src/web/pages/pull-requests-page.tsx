import { conditionOf, type PullRequestRow } from "../api/pull-requests.ts";
import { useRecordList } from "../api/record-list.ts";
import { useRepositorySlugs } from "../api/repositories.ts";
import { BranchFlow } from "../parts/branch-flow.tsx";
import { CiStrip } from "../parts/ci-strip.tsx";
import { Choice, Pick, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { ListPage } from "../parts/list-page.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import type { RecordColumn } from "../parts/record-table.tsx";
import { RepositoryName } from "../parts/repository-name.tsx";
import { PullRequestBadge } from "../parts/state-badge.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { numberOf } from "../text/pull-request-name.ts";
import { PullRequestPanel } from "./pull-request-panel.tsx";

const states: [string, string][] = [
  ["open", "Open"],
  ["merged", "Merged"],
  ["reverted", "Reverted"],
  ["closed", "Closed"],
];

const periods: [string, string][] = [
  ["1d", "Updated today"],
  ["7d", "Updated in 7 days"],
  ["30d", "Updated in 30 days"],
  ["90d", "Updated in 90 days"],
];

const columns: RecordColumn<PullRequestRow>[] = [
  {
    id: "state",
    header: "State",
    cell: (row) => <PullRequestBadge condition={conditionOf(row)} />,
    sortBy: conditionOf,
  },
  {
    id: "title",
    header: "Pull request",
    cell: (row) => (
      <>
        <span className="row-number">{numberOf(row)}</span> <OutsideText>{row.title ?? "Untitled"}</OutsideText>
      </>
    ),
    sortBy: (row) => row.title,
  },
  {
    id: "repository",
    header: "Repository",
    cell: (row) => <RepositoryName name={row.repo_slug} />,
    sortBy: (row) => row.repo_slug,
  },
  {
    id: "author",
    header: "Author",
    cell: (row) => (row.author === null ? <Absent /> : <OutsideText>{row.author}</OutsideText>),
    sortBy: (row) => row.author,
  },
  { id: "branches", header: "Branch", cell: (row) => <BranchFlow head={row.head_branch} base={row.base_branch} /> },
  {
    id: "ci",
    header: "CI",
    cell: (row) => <CiStrip ci={row.ci} />,
    sortBy: (row) => row.ci.failure * 1_000 + row.ci.pending,
    largestFirst: true,
  },
  {
    id: "opened",
    header: "Opened",
    cell: (row) => <TimeAgo at={row.opened_at} />,
    sortBy: (row) => row.opened_at,
    largestFirst: true,
  },
  {
    id: "merged",
    header: "Merged",
    cell: (row) => <TimeAgo at={row.merged_at} />,
    sortBy: (row) => row.merged_at,
    largestFirst: true,
  },
  {
    id: "reverted",
    header: "Reverted",
    cell: (row) => <TimeAgo at={row.reverted_at} />,
    sortBy: (row) => row.reverted_at,
    largestFirst: true,
  },
];

const filterNames = ["repo", "state", "since"] as const;

export function PullRequestsPage() {
  const { filters, search, setFilter } = useFilters(filterNames);
  const repositories = useRepositorySlugs();
  return (
    <ListPage
      title="Pull requests"
      path="/prs"
      search={search}
      list={useRecordList<PullRequestRow>("prs", filters)}
      layout="pull-request-table"
      columns={columns}
      linkColumn="title"
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
          <Choice
            label="State"
            options={states}
            value={filters.state}
            onChange={(value) => setFilter("state", value)}
          />
          <Pick
            label="Updated"
            options={periods}
            value={filters.since}
            onChange={(value) => setFilter("since", value)}
          />
        </>
      }
      noMatch={{ title: "No pull request matches.", words: "Nothing in the store fits these filters." }}
      none={
        <EmptyState icon="pull-request" title="No pull requests yet.">
          <p>They appear when a webhook speaks of one. To read what is there already:</p>
          <pre className="command">pullwright ingest github --repo owner/repo --since 30d</pre>
        </EmptyState>
      }
      Panel={PullRequestPanel}
    />
  );
}

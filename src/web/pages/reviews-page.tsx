import { useLocation } from "wouter";
import type { ReviewVerdict } from "../../domain/review.ts";
import { useRecordList } from "../api/record-list.ts";
import { useRepositorySlugs } from "../api/repositories.ts";
import type { ReviewRow } from "../api/reviews.ts";
import { Choice, FilterBar, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { RecordTable, type RecordColumn } from "../parts/record-table.tsx";
import { RepositoryName } from "../parts/repository-name.tsx";
import { ReviewBadge } from "../parts/review-badge.tsx";
import { CoverageBar, FindingCounts } from "../parts/review-figures.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { dollars } from "../text/money.ts";
import { numberOf } from "../text/pull-request-name.ts";
import { lengthBetween } from "../text/relative-time.ts";

const verdicts: [ReviewVerdict, string][] = [
  ["pass", "Pass"],
  ["findings", "Findings"],
  ["inconclusive", "Inconclusive"],
  ["no-verdict", "No verdict"],
];

const columns: RecordColumn<ReviewRow>[] = [
  {
    id: "verdict",
    header: "Verdict",
    cell: (row) => <ReviewBadge verdict={row.verdict} />,
    sortBy: (row) => row.verdict,
  },
  {
    id: "title",
    header: "Pull request",
    cell: (row) => (
      <>
        <span className="row-number">{numberOf(row)}</span> <OutsideText>{row.pr_title}</OutsideText>
      </>
    ),
    sortBy: (row) => row.pr_title,
  },
  {
    id: "repository",
    header: "Repository",
    cell: (row) => <RepositoryName name={row.repository} />,
    sortBy: (row) => row.repository,
  },
  {
    id: "head",
    header: "Head, round",
    cell: (row) => (
      <span className="numeric">
        <code title={row.head_sha}>{row.head_sha.slice(0, 7)}</code> <span className="muted">· {row.round}</span>
      </span>
    ),
    sortBy: (row) => row.round,
    largestFirst: true,
  },
  {
    id: "findings",
    header: "Findings",
    cell: (row) => <FindingCounts review={row} />,
    sortBy: ({ findings_by_priority: { p0, p1, p2, p3 } }) => p0 * 1e9 + p1 * 1e6 + p2 * 1e3 + p3,
    largestFirst: true,
  },
  {
    id: "read",
    header: "Read",
    cell: (row) => <CoverageBar coverage={row.coverage} />,
    sortBy: ({ coverage }) => coverage.hunks_read / Math.max(1, coverage.hunks_total),
  },
  {
    id: "agent",
    header: "Agent",
    cell: (row) => (
      <span className="cut" title={row.model ?? row.agent}>
        <OutsideText>{row.model ?? row.agent}</OutsideText>
      </span>
    ),
    sortBy: (row) => row.model ?? row.agent,
  },
  {
    id: "took",
    header: "Took",
    cell: (row) => <span className="numeric">{lengthBetween(row.started_at, row.ended_at)}</span>,
    sortBy: (row) => Date.parse(row.ended_at) - Date.parse(row.started_at),
    largestFirst: true,
  },
  {
    id: "cost",
    header: "Cost",
    cell: (row) => (row.cost_usd === null ? <Absent /> : <span className="numeric">{dollars(row.cost_usd)}</span>),
    sortBy: (row) => row.cost_usd,
    largestFirst: true,
  },
  {
    id: "at",
    header: "When",
    cell: (row) => <TimeAgo at={row.ended_at} />,
    sortBy: (row) => row.ended_at,
    largestFirst: true,
  },
];

const filterNames = ["verdict", "repository", "pr_number", "workflow_id"] as const;

/** What reviewers said, of whichever pull request. */
export function ReviewsPage() {
  const [, navigate] = useLocation();
  const { filters, search, setFilter } = useFilters(filterNames);
  const list = useRecordList<ReviewRow>("reviews", filters);
  const repositories = useRepositorySlugs();
  const filtered = search !== "";
  const clear = () => navigate("/reviews", { replace: true });

  return (
    <>
      <PageHead title="Reviews" count={list.total} />
      <FilterBar onClear={filtered ? clear : null}>
        <TextFilter
          label="Repository"
          placeholder="Repository"
          value={filters.repository}
          onChange={(value) => setFilter("repository", value)}
          suggestions={repositories}
          first
        />
        <Choice
          label="Verdict"
          options={verdicts}
          value={filters.verdict}
          onChange={(value) => setFilter("verdict", value)}
        />
      </FilterBar>
      <div className="sheet">
        <RecordTable
          name="Reviews"
          layout="review-table"
          list={list}
          columns={columns}
          linkColumn="title"
          hrefOf={(row) => `/reviews/${row.id}`}
          openId={null}
          empty={
            filtered ? (
              <EmptyState icon="search" title="No review matches.">
                <p>Nothing in the store fits these filters.</p>
                <button type="button" className="button" onClick={clear}>
                  Show all
                </button>
              </EmptyState>
            ) : (
              <EmptyState icon="comment" title="No reviews yet.">
                <p>
                  With an agent configured, pull requests are reviewed as they come where{" "}
                  <code>safety.auto_review_after_pr</code> is on, and any of them by hand:
                </p>
                <pre className="command">pullwright review https://github.com/owner/repo/pull/7 --dry-run</pre>
              </EmptyState>
            )
          }
        />
      </div>
    </>
  );
}

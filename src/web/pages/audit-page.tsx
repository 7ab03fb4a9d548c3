import { useLocation, useParams } from "wouter";
import type { AuditEntry } from "../api/audit.ts";
import { useRecordList } from "../api/record-list.ts";
import { FilterBar, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { RecordTable, type RecordColumn } from "../parts/record-table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { AuditChain } from "./audit-chain.tsx";
import { AuditPanel } from "./audit-panel.tsx";

const columns: RecordColumn<AuditEntry>[] = [
  { id: "at", header: "When", cell: (row) => <TimeAgo at={row.at} />, sortBy: (row) => row.at, largestFirst: true },
  { id: "actor", header: "Who", cell: (row) => <OutsideText>{row.actor}</OutsideText>, sortBy: (row) => row.actor },
  {
    id: "title",
    header: "Did",
    cell: (row) => <OutsideText>{row.action}</OutsideText>,
    sortBy: (row) => row.action,
  },
  {
    id: "subject",
    header: "To",
    cell: (row) => (
      <span className="cut" title={row.subject}>
        <OutsideText>{row.subject}</OutsideText>
      </span>
    ),
    sortBy: (row) => row.subject,
  },
  {
    id: "detail",
    header: "Detail",
    cell: (row) => <OutsideText>{detailWords(row.detail)}</OutsideText>,
  },
];

const filterNames = ["subject", "actor"] as const;

/** What was written to forges and what operators asked for, and whether anybody tampered with that. */
export function AuditPage() {
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const { filters, search, setFilter } = useFilters(filterNames);
  const list = useRecordList<AuditEntry>("audit", filters);
  const filtered = search !== "";
  const clear = () => navigate("/audit", { replace: true });

  return (
    <>
      <PageHead title="Audit" count={list.total} />
      <AuditChain />
      <FilterBar onClear={filtered ? clear : null}>
        <TextFilter
          label="Subject"
          placeholder="Subject"
          value={filters.subject}
          onChange={(value) => setFilter("subject", value)}
          first
        />
        <TextFilter
          label="Who"
          placeholder="Who"
          value={filters.actor}
          onChange={(value) => setFilter("actor", value)}
          suggestions={["operator", "api"]}
        />
      </FilterBar>
      <div className="sheet">
        <RecordTable
          name="Audit entries"
          layout="audit-table"
          list={list}
          columns={columns}
          linkColumn="title"
          hrefOf={(row) => `/audit/${row.id}${search}`}
          openId={id ?? null}
          empty={
            filtered ? (
              <EmptyState icon="search" title="No entry matches.">
                <p>
                  Subjects and names are taken whole: <code>workflow SCRUM-123</code>, <code>command 12</code>.
                </p>
                <button type="button" className="button" onClick={clear}>
                  Show all
                </button>
              </EmptyState>
            ) : (
              <EmptyState icon="audit" title="No entries yet.">
                <p>
                  Every write to a forge and everything that an operator asks for is kept here, each tied to the one
                  before.
                </p>
              </EmptyState>
            )
          }
        />
      </div>
      {id === undefined ? null : (
        <AuditPanel key={id} id={id} onClose={() => navigate(`/audit${search}`, { replace: true })} />
      )}
    </>
  );
}

/** What an operator asked for has a sentence; of what was done to a forge, the words in it. The panel has all. */
function detailWords({ summary, kind, code, because, result }: AuditEntry["detail"]): string {
  const url = typeof result === "object" && result !== null && "url" in result ? result.url : null;
  return [summary, kind, code, because, url].filter((part) => typeof part === "string").join(" · ");
}

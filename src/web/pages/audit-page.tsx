import type { AuditEntry } from "../api/audit.ts";
import { useRecordList } from "../api/record-list.ts";
import { TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { ListPage } from "../parts/list-page.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import type { RecordColumn } from "../parts/record-table.tsx";
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
  const { filters, search, setFilter } = useFilters(filterNames);
  return (
    <ListPage
      title="Audit"
      name="Audit entries"
      path="/audit"
      search={search}
      list={useRecordList<AuditEntry>("audit", filters)}
      layout="audit-table"
      columns={columns}
      linkColumn="title"
      above={<AuditChain />}
      filters={
        <>
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
        </>
      }
      noMatch={{
        title: "No entry matches.",
        words: (
          <>
            Subjects and names are taken whole: <code>workflow SCRUM-123</code>, <code>command 12</code>.
          </>
        ),
      }}
      none={
        <EmptyState icon="audit" title="No entries yet.">
          <p>
            Every write to a forge and everything that an operator asks for is kept here, each tied to the one before.
          </p>
        </EmptyState>
      }
      Panel={AuditPanel}
    />
  );
}

/** What an operator asked for has a sentence; of what was done to a forge, the words in it. The panel has all. */
function detailWords({ summary, kind, code, because, result }: AuditEntry["detail"]): string {
  const url = typeof result === "object" && result !== null && "url" in result ? result.url : null;
  return [summary, kind, code, because, url].filter((part) => typeof part === "string").join(" · ");
}

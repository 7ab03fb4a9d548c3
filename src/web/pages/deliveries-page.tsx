import { useLocation, useParams } from "wouter";
import type { DeliveryRow } from "../api/deliveries.ts";
import { useRecordList } from "../api/record-list.ts";
import { useStatus } from "../api/status.ts";
import { Choice, FilterBar, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { RecordTable, type RecordColumn } from "../parts/record-table.tsx";
import { DeliveryBadge } from "../parts/state-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { byteSize } from "../text/quantity.ts";
import { DeliveryPanel } from "./delivery-panel.tsx";

const states: [string, string][] = [
  ["received", "Received"],
  ["digested", "Digested"],
  ["dead", "Dead"],
];

const columns: RecordColumn<DeliveryRow>[] = [
  {
    id: "received",
    header: "Received",
    cell: (row) => <TimeAgo at={row.received_at} />,
    sortBy: (row) => row.received_at,
    largestFirst: true,
  },
  { id: "source", header: "Source", cell: (row) => row.source, sortBy: (row) => row.source },
  { id: "event", header: "Event", cell: (row) => <OutsideText>{row.event}</OutsideText>, sortBy: (row) => row.event },
  {
    id: "delivery-id",
    header: "Delivery id",
    cell: (row) => (
      <code className="cut" title={row.delivery_id}>
        <OutsideText>{row.delivery_id}</OutsideText>
      </code>
    ),
  },
  {
    id: "size",
    header: "Size",
    cell: (row) => byteSize(row.body_bytes),
    sortBy: (row) => row.body_bytes,
    largestFirst: true,
  },
  { id: "state", header: "State", cell: (row) => <DeliveryBadge state={row.state} />, sortBy: (row) => row.state },
  {
    id: "attempts",
    header: "Attempts",
    cell: (row) => row.digest_attempts,
    sortBy: (row) => row.digest_attempts,
    largestFirst: true,
  },
  {
    id: "reason",
    header: "Reason",
    cell: (row) =>
      row.dead_code === null ? (
        row.duplicate_count > 0 ? (
          <span className="muted">sent {row.duplicate_count + 1} times</span>
        ) : null
      ) : (
        <>
          <code className="tone-bad">{row.dead_code}</code>{" "}
          {row.dead_reason === null ? null : <OutsideText className="muted">{row.dead_reason}</OutsideText>}
        </>
      ),
    sortBy: (row) => row.dead_code,
  },
];

const filterNames = ["source", "state"] as const;

export function DeliveriesPage() {
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const { filters, search, setFilter } = useFilters(filterNames);
  const list = useRecordList<DeliveryRow>("deliveries", filters);
  const status = useStatus();
  const filtered = search !== "";
  const clear = () => navigate("/deliveries", { replace: true });

  return (
    <>
      <PageHead title="Deliveries" count={list.total} />
      <FilterBar onClear={filtered ? clear : null}>
        <TextFilter
          label="Source"
          placeholder="Source"
          value={filters.source}
          onChange={(value) => setFilter("source", value)}
          suggestions={status.data?.sources.map((source) => source.name) ?? []}
          first
        />
        <Choice label="State" options={states} value={filters.state} onChange={(value) => setFilter("state", value)} />
      </FilterBar>
      <div className="sheet">
        <RecordTable
          name="Deliveries"
          layout="delivery-table"
          list={list}
          columns={columns}
          linkColumn="event"
          hrefOf={(row) => `/deliveries/${row.id}${search}`}
          openId={id ?? null}
          empty={
            filters.state === "dead" ? (
              <EmptyState icon="check" title="No dead deliveries.">
                <p>Everything that was received has been understood.</p>
              </EmptyState>
            ) : filtered ? (
              <EmptyState icon="search" title="No delivery matches.">
                <p>Nothing in the store fits these filters.</p>
                <button type="button" className="button" onClick={clear}>
                  Show all
                </button>
              </EmptyState>
            ) : (
              <EmptyState icon="inbox" title="No deliveries yet.">
                <p>Every verified webhook is kept here, byte for byte. The Live page says where to send them.</p>
              </EmptyState>
            )
          }
        />
      </div>
      {id === undefined ? null : (
        <DeliveryPanel key={id} id={id} onClose={() => navigate(`/deliveries${search}`, { replace: true })} />
      )}
    </>
  );
}

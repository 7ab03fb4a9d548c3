import type { DeliveryRow } from "../api/deliveries.ts";
import { useRecordList } from "../api/record-list.ts";
import { useStatus } from "../api/status.ts";
import { Choice, TextFilter, useFilters } from "../parts/filters.tsx";
import { EmptyState } from "../parts/notices.tsx";
import { ListPage } from "../parts/list-page.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import type { RecordColumn } from "../parts/record-table.tsx";
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
  const { filters, search, setFilter } = useFilters(filterNames);
  const { data: status } = useStatus();
  return (
    <ListPage
      title="Deliveries"
      path="/deliveries"
      search={search}
      list={useRecordList<DeliveryRow>("deliveries", filters)}
      layout="delivery-table"
      columns={columns}
      linkColumn="event"
      filters={
        <>
          <TextFilter
            label="Source"
            placeholder="Source"
            value={filters.source}
            onChange={(value) => setFilter("source", value)}
            suggestions={status?.sources.map((source) => source.name) ?? []}
            first
          />
          <Choice
            label="State"
            options={states}
            value={filters.state}
            onChange={(value) => setFilter("state", value)}
          />
        </>
      }
      noneIsGood={
        filters.state === "dead" ? (
          <EmptyState icon="check" title="No dead deliveries.">
            <p>Everything that was received has been understood.</p>
          </EmptyState>
        ) : null
      }
      noMatch={{ title: "No delivery matches.", words: "Nothing in the store fits these filters." }}
      none={
        <EmptyState icon="inbox" title="No deliveries yet.">
          <p>Every verified webhook is kept here, byte for byte. The Live page says where to send them.</p>
        </EmptyState>
      }
      Panel={DeliveryPanel}
    />
  );
}

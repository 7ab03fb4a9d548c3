import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
  useTable,
  type ColumnDef,
} from "@tanstack/react-table";
import { useMemo, type MouseEvent, type ReactNode } from "react";
import { Link, useLocation } from "wouter";
import type { RecordList } from "../api/record-list.ts";
import { useRowKeys } from "../keyboard/row-keys.ts";
import { count, countedTotal } from "../text/quantity.ts";
import { Icon } from "./icon.tsx";
import { FailureNotice, LineSkeletons } from "./notices.tsx";

export type RecordColumn<Row> = {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What loaded rows are sorted by; null goes last. Without it the column cannot be sorted. */
  sortBy?: (row: Row) => string | number | null;
  /** Times and amounts are asked for from the top. */
  largestFirst?: boolean;
};

type RecordTableProps<Row> = {
  /** What the rows are, for the table's name and its notices: `Pull requests`. */
  name: string;
  /** Names the CSS that lays out its columns. */
  layout: string;
  list: RecordList<Row>;
  columns: RecordColumn<Row>[];
  /** The column whose cell is the link that opens the row. */
  linkColumn: string;
  hrefOf: (row: Row) => string;
  openId: string | null;
  empty: ReactNode;
};

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});

/**
 * A list of the API as a table: sorted among the loaded rows, extended page by page, walked with `j` and `k` or the arrows. Each row has
 * one real link, so that everything works with a keyboard, a screen reader and a middle click; a click elsewhere in the row follows it.
 */
export function RecordTable<Row extends { id: number | string }>(props: RecordTableProps<Row>) {
  const { name, layout, list, columns, linkColumn, hrefOf, openId, empty } = props;
  const { query, rows } = list;
  const [, navigate] = useLocation();
  const definitions = useMemo(() => columns.map(definitionOf), [columns]);
  const table = useTable({ features, columns: definitions, data: rows, getRowId: idOf, enableMultiSort: false });
  const body = useRowKeys(() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage());

  if (query.isError && rows.length === 0) {
    return <FailureNotice what={name} error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (!query.isPending && rows.length === 0) return <>{empty}</>;

  const columnById = new Map(columns.map((column) => [column.id, column]));
  return (
    <>
      <table className={`record-table ${layout}`} aria-label={name} aria-busy={query.isPending}>
        <thead>
          <tr>
            {table.getFlatHeaders().map(({ column }) => {
              const sorted = column.getIsSorted();
              const header = columnById.get(column.id)?.header;
              return (
                <th key={column.id} scope="col" data-column={column.id} aria-sort={ariaSort[String(sorted)]}>
                  {column.getCanSort() ? (
                    <button type="button" className="sort-button" onClick={column.getToggleSortingHandler()}>
                      {header}
                      {sorted === false ? null : <Icon name={sorted === "asc" ? "sort-up" : "sort-down"} />}
                    </button>
                  ) : (
                    header
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body}>
          {table.getRowModel().rows.map((row) => {
            const href = hrefOf(row.original);
            return (
              <tr
                key={row.id}
                className={row.id === openId ? "is-open" : undefined}
                onClick={(event) => followRow(event, () => navigate(href))}
              >
                {row.getAllCells().map(({ column }) => {
                  const content = columnById.get(column.id)?.cell(row.original);
                  return (
                    <td key={column.id} data-column={column.id}>
                      {column.id === linkColumn ? (
                        <Link href={href} className="row-link" data-row-link={row.id}>
                          {content}
                        </Link>
                      ) : (
                        content
                      )}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
      {query.isPending ? <LineSkeletons lines={10} /> : null}
      <TableFoot list={list} sorted={table.state.sorting.length > 0} />
    </>
  );
}

const ariaSort: Record<string, "ascending" | "descending" | undefined> = { asc: "ascending", desc: "descending" };

function idOf(row: { id: number | string }): string {
  return String(row.id);
}

function definitionOf<Row extends { id: number | string }>(column: RecordColumn<Row>): ColumnDef<typeof features, Row> {
  return {
    id: column.id,
    accessorFn: (row: Row) => column.sortBy?.(row) ?? undefined,
    enableSorting: column.sortBy !== undefined,
    sortUndefined: "last",
    sortFn: column.largestFirst === true ? "basic" : "alphanumeric",
    sortDescFirst: column.largestFirst === true,
  };
}

/** A click on a row opens it, unless it was meant for something inside, opens elsewhere, or ends a selection of text. */
function followRow(event: MouseEvent<HTMLTableRowElement>, open: () => void): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (event.target instanceof Element && event.target.closest("a, button") !== null) return;
  if (getSelection()?.isCollapsed === false) return;
  open();
}

function TableFoot({ list, sorted }: { list: RecordList<unknown>; sorted: boolean }) {
  const { query, rows, total } = list;
  const ofTotal = total === null || total <= rows.length ? "" : ` of ${countedTotal(total)}`;
  return (
    <footer className="table-foot">
      <output className="muted">
        {query.isPending ? "Loading…" : `${count(rows.length)}${ofTotal} shown`}
        {sorted && query.hasNextPage ? "; sorted among these" : ""}
      </output>
      {query.isError ? <span className="tone-bad">The last refresh failed; these rows may be old.</span> : null}
      {query.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {query.isFetchingNextPage ? "Loading…" : "Load more"}
        </button>
      ) : null}
    </footer>
  );
}

import type { ComponentType, ReactNode } from "react";
import { useLocation, useParams } from "wouter";
import type { RecordList } from "../api/record-list.ts";
import { FilterBar } from "./filters.tsx";
import { EmptyState } from "./notices.tsx";
import { PageHead } from "./page-head.tsx";
import { RecordTable, type RecordColumn } from "./record-table.tsx";

type ListPageProps<Row> = {
  title: string;
  /** What the rows are, where the title does not say it. */
  name?: string;
  /** Where the list is: `/prs`. A row is one step below it. */
  path: string;
  /** The filters as the address has them, `?state=open`; empty without any. */
  search: string;
  list: RecordList<Row>;
  /** Names the CSS that lays out its columns. */
  layout: string;
  columns: RecordColumn<Row>[];
  linkColumn: string;
  /** Where a row leads to, unless its panel opens. */
  hrefOf?: (row: Row) => string;
  /** Between the heading and the filters. */
  above?: ReactNode;
  filters: ReactNode;
  /** Between the filters and the table. */
  between?: ReactNode;
  /** Where there is no row at all: how rows come to be. */
  none: ReactNode;
  /** Where filters leave none. */
  noMatch: { title: string; words: ReactNode };
  /** Where that is good news, instead. */
  noneIsGood?: ReactNode;
  /** All of one row, beside the list. */
  Panel?: ComponentType<{ id: string; onClose: () => void }>;
};

/** A page that is one list: how many there are, filters that live in the address, the rows, and the panel of the one that is open. */
export function ListPage<Row extends { id: number | string }>(props: ListPageProps<Row>) {
  const { title, name = title, path, search, list, layout, columns, linkColumn, Panel } = props;
  const { id } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const clear = search === "" ? null : () => navigate(path, { replace: true });
  return (
    <>
      <PageHead title={title} count={list.total} />
      {props.above}
      <FilterBar onClear={clear}>{props.filters}</FilterBar>
      {props.between}
      <div className="sheet">
        <RecordTable
          name={name}
          layout={layout}
          list={list}
          columns={columns}
          linkColumn={linkColumn}
          hrefOf={props.hrefOf ?? ((row) => `${path}/${row.id}${search}`)}
          openId={Panel === undefined ? null : (id ?? null)}
          empty={props.noneIsGood ?? (clear === null ? props.none : <NoMatch {...props.noMatch} onShowAll={clear} />)}
        />
      </div>
      {Panel === undefined || id === undefined ? null : (
        <Panel key={id} id={id} onClose={() => navigate(`${path}${search}`, { replace: true })} />
      )}
    </>
  );
}

function NoMatch({ title, words, onShowAll }: { title: string; words: ReactNode; onShowAll: () => void }) {
  return (
    <EmptyState icon="search" title={title}>
      <p>{words}</p>
      <button type="button" className="button" onClick={onShowAll}>
        Show all
      </button>
    </EmptyState>
  );
}

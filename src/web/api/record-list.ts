import { useInfiniteQuery, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { queryString, readResponse } from "./request.ts";

/** The lists of the API, and the first word of every query key. */
type ListName = "deliveries" | "prs" | "runs" | "events" | "repositories" | "workflows" | "audit" | "reviews";

type RecordListPage<Row> = {
  data: Row[];
  next_cursor: string | null;
  has_more: boolean;
  /** From `X-Total-Count`; exact up to 10,000. Null when the server does not say. */
  total: number | null;
};

type Filters = Record<string, string | null>;

export type RecordList<Row> = {
  rows: Row[];
  total: number | null;
  query: UseInfiniteQueryResult;
};

/**
 * A list of the API, page after page. Rows that slid to a later page while it was read are shown once. `refetchMs` says how soon it should be
 * read again without a word from the live stream, false for not at all.
 */
export function useRecordList<Row extends { id: number | string }>(
  list: ListName,
  filters: Filters,
  refetchMs: (rows: Row[]) => number | false = () => false,
): RecordList<Row> {
  const query = useInfiniteQuery({
    queryKey: [list, "list", filters],
    queryFn: ({ pageParam, signal }) => readRecordListPage<Row>(list, { ...filters, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.has_more ? page.next_cursor : null),
    refetchInterval: ({ state }) => refetchMs(state.data?.pages.flatMap((page) => page.data) ?? []),
  });
  const pages = query.data?.pages;
  const rows = useMemo(() => onceEach(pages?.flatMap((page) => page.data) ?? []), [pages]);
  return { rows, total: pages?.at(-1)?.total ?? null, query };
}

export async function readRecordListPage<Row>(
  list: ListName,
  filters: Filters,
  signal?: AbortSignal,
): Promise<RecordListPage<Row>> {
  const response = await readResponse(`/api/v1/${list}${queryString(filters)}`, signal);
  const total = response.headers.get("x-total-count");
  const page = (await response.json()) as Omit<RecordListPage<Row>, "total">;
  return { ...page, total: total === null ? null : Number(total) };
}

function onceEach<Row extends { id: number | string }>(rows: Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

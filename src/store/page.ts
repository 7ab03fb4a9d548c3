/** One page of a list, newest first: rows and where the next page starts, null at the end. */
export type Page<Row> = { rows: Row[]; next: PageKey | null };

/** The last row of a page: its value in the list's order, and its number to break ties. */
export type PageKey = { value: string | null; id: number };

export type PageRequest = { limit: number; after: PageKey | null };

/** The page from one row more than was asked for: that row is not shown, it tells that there is a next page. */
export function pageOf<Row extends { id: number }>(
  rows: Row[],
  limit: number,
  valueOf: (row: Row) => string | null,
): Page<Row> {
  if (rows.length <= limit) return { rows, next: null };
  const shown = rows.slice(0, limit);
  const last = shown[limit - 1];
  return { rows: shown, next: last === undefined ? null : { value: valueOf(last), id: last.id } };
}

/** Lists are counted exactly up to here; past it, counting costs more than the number is worth. */
export const countMax = 10_000;

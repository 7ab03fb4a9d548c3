import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** One page of a list, newest first: rows and where the next page starts, null at the end. */
export type Page<Row> = { rows: Row[]; next: PageKey | null };

/** The last row of a page: its value in the list's order, and its number to break ties. */
export type PageKey = { value: string | null; id: number };

export type PageRequest = { limit: number; after: PageKey | null };

/** By which columns a list is ordered: `value`, where it has one, and the row's number behind it, so that no two rows are equal. */
type Order = {
  value?: string;
  /** `id` unless said; with its table where another one is joined. */
  number?: string;
  direction?: "asc" | "desc";
};

/**
 * Reads the rows behind a key, newest first unless said. The key is compared, not counted, so that rows which come or go meanwhile are neither shown twice
 * nor left out. The query must select the columns of the order, and have no order of its own.
 */
export async function readPage<Tables extends keyof Schema, Row>(
  query: SelectQueryBuilder<Schema, Tables, Row>,
  { limit, after }: PageRequest,
  { value, number = "id", direction = "desc" }: Order = {},
): Promise<Page<Row>> {
  const behind = direction === "desc" ? sql`<` : sql`>`;
  let ordered = value === undefined ? query : query.orderBy(sql.ref(value), direction);
  ordered = ordered.orderBy(sql.ref(number), direction).limit(limit + 1);
  if (after !== null) ordered = ordered.where(isBehind(after));
  const rows = await ordered.execute();
  if (rows.length <= limit) return { rows, next: null };
  // One row more than was asked for is not shown: it tells that there is a next page.
  const shown = rows.slice(0, limit);
  return { rows: shown, next: keyOf(shown[limit - 1] as Record<string, unknown>) };

  function isBehind({ value: last, id }: PageKey): RawBuilder<boolean> {
    const isNumberBehind = sql<boolean>`${sql.ref(number)} ${behind} ${id}`;
    if (value === undefined) return isNumberBehind;
    const column = sql.ref(value);
    return sql<boolean>`(${column} ${behind} ${last ?? ""} or (${column} = ${last ?? ""} and ${isNumberBehind}))`;
  }

  function keyOf(row: Record<string, unknown>): PageKey {
    const last = value === undefined ? null : row[value];
    return { value: typeof last === "string" ? last : null, id: Number(row[number.replace(/^.*\./, "")]) };
  }
}

/** Another shape for the rows of a page. */
export function mapPage<Row, Shown>({ rows, next }: Page<Row>, shownOf: (row: Row) => Shown): Page<Shown> {
  return { rows: rows.map(shownOf), next };
}

/** How many rows there are, exactly up to `countMax`. */
export async function countRows<Tables extends keyof Schema>(
  db: Kysely<Schema>,
  query: SelectQueryBuilder<Schema, Tables, object>,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from (${query.select(sql<number>`1`.as("one")).limit(countMax)}) as counted`.execute(db);
  return rows[0]?.count ?? 0;
}

/** Past it, counting costs more than the number is worth. */
export const countMax = 10_000;

import { type Expression, type ExpressionBuilder, sql, type SqlBool, type StringReference } from "kysely";

const wholeLengths = new Set([40, 64]);
/** A list of this many parameters is far below what either database takes. */
export const parametersMax = 1000;

/** How the SHAs in a column may be named: whole, or shortened to seven digits or more. */
export function startsWithAny<DB, Table extends keyof DB>(
  eb: ExpressionBuilder<DB, Table>,
  column: StringReference<DB, Table>,
  prefixes: string[],
): Expression<SqlBool> {
  const whole = prefixes.filter((prefix) => wholeLengths.has(prefix.length));
  const cut = prefixes.filter((prefix) => !wholeLengths.has(prefix.length));
  const sha = eb.ref(column);
  const isWhole = whole.length === 0 ? [] : [sql<SqlBool>`${sha} in (${sql.join(whole)})`];
  // "g" comes after every hex digit: the range can be read from an index.
  const isCut = cut.map((prefix) => sql<SqlBool>`(${sha} >= ${prefix} and ${sha} < ${`${prefix}g`})`);
  return eb.or([...isWhole, ...isCut]);
}

/** Cuts a list into pieces that a statement can take, runs the query for each, and puts the rows together again. */
export async function inPieces<Item, Row>(
  items: Item[],
  query: (piece: Item[]) => Promise<Row[]>,
  pieceMax = parametersMax,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let start = 0; start < items.length; start += pieceMax) {
    for (const row of await query(items.slice(start, start + pieceMax))) rows.push(row);
  }
  return rows;
}

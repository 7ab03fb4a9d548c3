import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import { Client } from "pg";

/** One value of one row: `pr_outcomes.title` and its bytes. */
export type Cell = { place: string; content: Uint8Array };

/** Every text and blob of a store, bodies as they were before they were compressed. */
export function cellsOfSqlite(path: string): Cell[] {
  const database = new DatabaseSync(path);
  const tables = database
    .prepare("select name from sqlite_master where type = 'table'")
    .all()
    .map((row) => String(row["name"]));
  const cells = tables.flatMap((table) => cellsOf(table, database.prepare(`select * from "${table}"`).all()));
  database.close();
  return cells;
}

export async function cellsOfPostgres(url: string): Promise<Cell[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows: tables } = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  );
  const cells: Cell[] = [];
  for (const { name } of tables)
    cells.push(...cellsOf(name, (await client.query<Record<string, unknown>>(`select * from "${name}"`)).rows));
  await client.end();
  return cells;
}

function cellsOf(table: string, rows: Record<string, unknown>[]): Cell[] {
  return rows.flatMap((row) =>
    Object.entries(row).flatMap(([column, value]) =>
      value === null || typeof value === "number"
        ? []
        : [{ place: `${table}.${column}`, content: bytesOf(table, column, row, value) }],
    ),
  );
}

/** Bodies are compressed; what is looked for is what they hold. */
function bytesOf(table: string, column: string, row: Record<string, unknown>, value: unknown): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : Buffer.from(String(value));
  return table === "delivery_bodies" && column === "content" && row["encoding"] === "zstd"
    ? zstdDecompressSync(bytes)
    : bytes;
}

import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import pg from "pg";

/** A store looked at from outside, by its tables alone. */
export type StoredState = {
  deliveries: { id: number; deliveryId: string; state: string; event: string; body: Uint8Array }[];
  /** Delivery number to how many events it told first. */
  eventsOfDelivery: Map<number, number>;
  events: number;
  /** What became of everything, as sorted text without the numbers that only order made. */
  outcomes: string[];
};

type Row = Record<string, unknown>;
type Ask = (sql: string) => Promise<Row[]>;

/** Reads all that a campaign compares. */
export async function readStoredState(location: { path: string } | { url: string }): Promise<StoredState> {
  if ("path" in location) {
    const database = new DatabaseSync(location.path, { readOnly: true });
    try {
      return await read(async (sql) => database.prepare(sql).all());
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: location.url });
  await client.connect();
  try {
    return await read(async (sql) => (await client.query<Row>(sql)).rows);
  } finally {
    await client.end();
  }
}

async function read(ask: Ask): Promise<StoredState> {
  const deliveries = (
    await ask("select id, delivery_id, state, event, body, body_encoding from deliveries order by id")
  ).map((row) => ({
    id: Number(row["id"]),
    deliveryId: String(row["delivery_id"]),
    state: String(row["state"]),
    event: String(row["event"]),
    body: row["body_encoding"] === "zstd" ? zstdDecompressSync(row["body"] as Uint8Array) : (row["body"] as Uint8Array),
  }));
  const counts = await ask("select delivery_id, count(*) as count from events group by delivery_id");
  const eventsOfDelivery = new Map(counts.map((row) => [Number(row["delivery_id"]), Number(row["count"])]));
  const slugs = new Map(
    (await ask("select id, forge_id from repositories")).map((row) => [Number(row["id"]), String(row["forge_id"])]),
  );
  const outcomes: string[] = [];
  for (const table of ["pr_outcomes", "ci_runs", "commits", "reverts"]) {
    for (const { id: _id, repository_id: repositoryId, ...columns } of await ask(`select * from ${table}`)) {
      // As text, because the two databases' drivers hand out numbers in different types.
      const cells = Object.entries(columns)
        .map(([column, value]) => [column, value === null ? null : String(value as string | number | bigint)] as const)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      outcomes.push(`${table} ${slugs.get(Number(repositoryId))} ${JSON.stringify(cells)}`);
    }
  }
  return {
    deliveries,
    eventsOfDelivery,
    events: [...eventsOfDelivery.values()].reduce((sum, count) => sum + count, 0),
    outcomes: outcomes.toSorted(),
  };
}

/** SQLite's own check of the file with its log, `ok` or what is wrong. Must not be the file that a service will open again: looking would repair it. */
export function integrityOf(path: string): string {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare("pragma integrity_check")
      .all()
      .map((row) => String(row["integrity_check"]))
      .join("; ");
  } finally {
    database.close();
  }
}

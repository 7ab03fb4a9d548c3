import { DatabaseSync } from "node:sqlite";
import { zstdDecompressSync } from "node:zlib";
import pg from "pg";

/** A store looked at from outside, by its tables alone. */
export type StoredState = {
  deliveries: { id: number; deliveryId: string; state: string; event: string; body: Uint8Array }[];
  /** Delivery number to how many events it told first. */
  eventsOfDelivery: Map<number, number>;
  events: number;
  /** What became of everything: the row's name to its columns as text, without the numbers that only order made. */
  outcomes: Map<string, Record<string, string | null>>;
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
  const pieces = new Map(
    (await ask("select id, encoding, content from delivery_bodies")).map((row) => [
      Number(row["id"]),
      row["encoding"] === "zstd" ? zstdDecompressSync(row["content"] as Uint8Array) : (row["content"] as Uint8Array),
    ]),
  );
  const deliveries = (
    await ask("select id, delivery_id, state, event, body_id, body_from, body_bytes from deliveries order by id")
  ).map((row) => ({
    id: Number(row["id"]),
    deliveryId: String(row["delivery_id"]),
    state: String(row["state"]),
    event: String(row["event"]),
    body: (pieces.get(Number(row["body_id"])) ?? new Uint8Array()).subarray(
      Number(row["body_from"]),
      Number(row["body_from"]) + Number(row["body_bytes"]),
    ),
  }));
  const counts = await ask("select delivery_id, count(*) as count from events group by delivery_id");
  const eventsOfDelivery = new Map(counts.map((row) => [Number(row["delivery_id"]), Number(row["count"])]));
  const slugs = new Map(
    (await ask("select id, forge_id from repositories")).map((row) => [Number(row["id"]), String(row["forge_id"])]),
  );
  const outcomes: StoredState["outcomes"] = new Map();
  for (const [table, names] of Object.entries(namesOfRows)) {
    for (const { id: _id, repository_id: repositoryId, ...columns } of await ask(`select * from ${table}`)) {
      // As text, because the two databases' drivers hand out numbers in different types.
      const cells = Object.fromEntries(
        Object.entries(columns).map(([column, value]) => [
          column,
          value === null ? null : String(value as string | number | bigint),
        ]),
      );
      outcomes.set([table, slugs.get(Number(repositoryId)), ...names.map((name) => cells[name])].join(" "), cells);
    }
  }
  return {
    deliveries,
    eventsOfDelivery,
    events: [...eventsOfDelivery.values()].reduce((sum, count) => sum + count, 0),
    outcomes,
  };
}

/** By which columns, within its repository, a row is the same in two stores. */
const namesOfRows = {
  pr_outcomes: ["pr_number"],
  ci_runs: ["provider", "kind", "run_id", "run_attempt"],
  commits: ["sha"],
  reverts: ["reverter_kind", "reverter_ref", "target_kind", "target_ref", "evidence"],
};

/** Each row that one of two stores has otherwise than the other, with the columns in which it differs. */
export function differencesOf(here: StoredState["outcomes"], there: StoredState["outcomes"]): string[] {
  return [...new Set([...here.keys(), ...there.keys()])].flatMap((name) => {
    const [a, b] = [here.get(name), there.get(name)];
    if (a === undefined || b === undefined) return [`${name}: only ${a === undefined ? "there" : "here"}`];
    const columns = Object.keys(a).filter((column) => a[column] !== b[column]);
    return columns.length === 0
      ? []
      : [
          `${name}: ${columns.map((column) => `${column} ${shown(a[column])} here, ${shown(b[column])} there`).join("; ")}`,
        ];
  });
}

function shown(value: string | null | undefined): string {
  return value === null || value === undefined ? "null" : value.slice(0, 60);
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

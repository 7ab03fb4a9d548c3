import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";
import type { TestDatabase } from "./database.ts";

/** Changes rows by hand, past the store: as somebody with a database client could, or a guard of the database should prevent. */
export async function changeByHand({ location }: TestDatabase, statement: string): Promise<void> {
  if (location.engine === "sqlite") {
    const raw = new DatabaseSync(location.path, { timeout: 5000 });
    try {
      raw.exec(statement);
    } finally {
      raw.close();
    }
    return;
  }
  const client = new Client({ connectionString: location.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

import type { Kysely, Selectable } from "kysely";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

export type DecisionRow = Selectable<Schema["decisions"]>;

export type DecisionQueries = ReturnType<typeof decisionQueries>;

export function decisionQueries(db: Kysely<Schema>) {
  return {
    async add(decisions: Omit<DecisionRow, "id">[]): Promise<void> {
      if (decisions.length > 0) await db.insertInto("decisions").values(decisions).execute();
    },

    /** In the order in which they were made; a replay adds to them. */
    async ofDelivery(deliveryId: number): Promise<DecisionRow[]> {
      return db
        .selectFrom("decisions")
        .selectAll()
        .where("delivery_id", "=", deliveryId)
        .orderBy("id")
        .limit(200)
        .execute();
    },

    list(page: PageRequest): Promise<Page<DecisionRow>> {
      return readPage(db.selectFrom("decisions").selectAll(), page);
    },

    count(): Promise<number> {
      return countRows(db, db.selectFrom("decisions"));
    },

    async get(id: number): Promise<DecisionRow | undefined> {
      return db.selectFrom("decisions").selectAll().where("id", "=", id).executeTakeFirst();
    },
  };
}

import type { Kysely, Selectable } from "kysely";
import { countMax, type Page, pageOf, type PageRequest } from "./page.ts";
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

    async list(page: PageRequest): Promise<Page<DecisionRow>> {
      let query = db
        .selectFrom("decisions")
        .selectAll()
        .orderBy("id", "desc")
        .limit(page.limit + 1);
      if (page.after !== null) query = query.where("id", "<", page.after.id);
      return pageOf(await query.execute(), page.limit, () => null);
    },

    async count(): Promise<number> {
      const row = await db
        .selectFrom(db.selectFrom("decisions").select("id").limit(countMax).as("rows"))
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return row.count;
    },

    async get(id: number): Promise<DecisionRow | undefined> {
      return db.selectFrom("decisions").selectAll().where("id", "=", id).executeTakeFirst();
    },
  };
}

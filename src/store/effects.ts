import type { Kysely, Selectable } from "kysely";
import type { EffectState } from "../domain/effect.ts";
import { countRows, mapPage, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";

export type EffectRow = Omit<Selectable<Schema["effects"]>, "intent" | "result"> & {
  intent: Record<string, unknown>;
  result: Record<string, unknown>;
};

export type EffectFilter = { state?: EffectState; commandId?: number };

export type EffectQueries = ReturnType<typeof effectQueries>;

/** Written only in transactions that hold the command's claim; see queue/effect.ts. */
export function effectQueries(db: Kysely<Schema>) {
  const filtered = (filter: EffectFilter) => {
    let query = db.selectFrom("effects");
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.commandId !== undefined) query = query.where("command_id", "=", filter.commandId);
    return query;
  };

  return {
    async find(key: string): Promise<EffectRow | undefined> {
      const row = await db.selectFrom("effects").selectAll().where("key", "=", key).executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },

    async add(effect: Omit<EffectRow, "id">): Promise<void> {
      await db.insertInto("effects").values(written(effect)).execute();
    },

    async update(key: string, changes: Partial<Omit<EffectRow, "id" | "key">>): Promise<void> {
      await db.updateTable("effects").set(written(changes)).where("key", "=", key).execute();
    },

    async list(filter: EffectFilter, page: PageRequest): Promise<Page<EffectRow>> {
      return mapPage(await readPage(filtered(filter).selectAll(), page), read);
    },

    count(filter: EffectFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: number): Promise<EffectRow | undefined> {
      const row = await db.selectFrom("effects").selectAll().where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : read(row);
    },
  };
}

function read(row: Selectable<Schema["effects"]>): EffectRow {
  return {
    ...row,
    intent: JSON.parse(row.intent) as Record<string, unknown>,
    result: JSON.parse(row.result) as Record<string, unknown>,
  };
}

function written<Columns extends { intent?: Record<string, unknown>; result?: Record<string, unknown> }>(
  columns: Columns,
): Omit<Columns, "intent" | "result"> & { [Name in keyof Columns & ("intent" | "result")]: string } {
  const { intent, result, ...rest } = columns;
  return {
    ...rest,
    ...(intent === undefined ? {} : { intent: JSON.stringify(intent) }),
    ...(result === undefined ? {} : { result: JSON.stringify(result) }),
  } as Omit<Columns, "intent" | "result"> & { [Name in keyof Columns & ("intent" | "result")]: string };
}

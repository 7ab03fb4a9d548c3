import { openStore } from "../../src/store/open-store.ts";
import { type MakeDatabase, makePostgres, type TestDatabase } from "./database.ts";
import { changeByHand } from "./past-the-store.ts";

/** Databases that are in truth one, emptied before each use: making one takes PostgreSQL longer than most tests take. Ended by `end`. */
export function onePostgres(): { make: MakeDatabase; end: () => Promise<void> } {
  let database: TestDatabase | undefined;
  return {
    make: async () => {
      if (database === undefined) {
        database = await makePostgres();
        await (await openStore(database.location, "write")).close();
      } else await changeByHand(database, truncateAll);
      const { location, rows } = database;
      const opened: Awaited<ReturnType<typeof openStore>>[] = [];
      const open: TestDatabase["open"] = async (mode = "write") => {
        const store = await openStore(location, mode);
        opened.push(store);
        return store;
      };
      return {
        location,
        rows,
        open,
        openTwo: async () => [await open(), await open()],
        [Symbol.asyncDispose]: async () => {
          await Promise.all(opened.map((store) => store.close()));
        },
      };
    },
    end: async () => database?.[Symbol.asyncDispose](),
  };
}

/** Without the migrations' own tables. */
const truncateAll = `do $$ begin
  execute (select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity cascade'
    from pg_tables where schemaname = 'public' and tablename not like 'schema_migration%');
end $$`;

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
      } else await changeByHand(database, emptyAll);
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

/** Rows go and numbers begin again; the migrations' own tables stay, and the log begins anew. Deleting a few rows takes a tenth of what truncating takes. */
const emptyAll = `do $$ declare name text; begin
  set local session_replication_role = replica;
  for name in select tablename from pg_tables where schemaname = 'public' and tablename not like 'schema_migration%' loop
    execute 'delete from ' || quote_ident(name);
  end loop;
  insert into audit_head (number, entry_id, hash, entries) values (1, 0, '', 0);
  for name in select sequencename from pg_sequences where schemaname = 'public' loop
    execute 'alter sequence ' || quote_ident(name) || ' restart';
  end loop;
end $$`;

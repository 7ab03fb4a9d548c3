import type { PostgresPool, PostgresPoolClient } from "kysely";
import type pg from "pg";

/** More than the store has distinct statements; lists of many lengths would make more, and those beyond stay without a name. */
const namesMax = 200;

/**
 * The pool as Kysely wants it, where each statement that has parameters gets a name: PostgreSQL then reads and plans it once per connection and not every time.
 * A `*` stays without one: when a newer version adds a column, a plan that is kept would no longer fit.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const nameOf = (text: string, values: readonly unknown[]): string | undefined => {
    if (values.length === 0 || text.includes("*")) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size >= namesMax) return known;
    names.set(text, `pullwright-${names.size}`);
    return names.get(text);
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    connect: async () => {
      const client = await pool.connect();
      const query = (text: string, values: readonly unknown[]): Promise<unknown> => {
        const name = nameOf(text, values);
        return client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
      };
      return { query, release: (destroy?: boolean) => client.release(destroy) } as PostgresPoolClient;
    },
  };
}

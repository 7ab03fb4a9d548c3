import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store, StoreQueries } from "../../src/store/store.ts";
import { makeSqlite, type TestDatabase } from "../conformance/database.ts";
import { type Minute, minuteByMinute, standingStill } from "./life.ts";
import { lives } from "./lives.ts";
import { everyOrder } from "./orders.ts";
import { addDeliveries, everythingRemembered, whatComesOf } from "./recorded.ts";
import type { Told } from "./told.ts";

let database: TestDatabase;
let deps: { store: Store; deliveryIds: number[] };

beforeAll(async () => {
  database = await makeSqlite();
  const store = await database.open();
  deps = { store, deliveryIds: await addDeliveries(store, 8) };
});
afterAll(() => database[Symbol.asyncDispose]());

const remembered = (told: Told[]): Promise<string> => whatComesOf(told, everythingRemembered, deps);

/** Rows in the order of what people call them by. */
async function allRows(queries: StoreQueries): Promise<Record<string, object[]>> {
  const all = { limit: 100, after: null };
  const sorted = <Row>(rows: Row[], nameOf: (row: Row) => string): Row[] =>
    rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  return {
    repositories: (await queries.repositories.list(all)).rows,
    pullRequests: sorted((await queries.pullRequests.list({}, all)).rows, (row) => String(row.pr_number)),
    ciRuns: sorted((await queries.ciRuns.list({}, all)).rows, (row) => `${row.run_id} ${row.run_attempt}`),
    commits: sorted((await queries.commits.list({}, all)).rows, (row) => row.sha),
  };
}

describe.each(Object.keys(lives))("of %s", (name) => {
  const tellBy = (clock: Minute): Told[] => lives[name]?.tell(clock) ?? [];

  test("the rows say in the end what the forge would say", async () => {
    const rows = await whatComesOf(tellBy(minuteByMinute), allRows, deps);

    for (const [table, ending] of Object.entries(lives[name]?.ends ?? {})) expect(rows[table]).toMatchObject(ending);
  });

  test("all 720 orders are remembered alike", async () => {
    const told = tellBy(minuteByMinute);
    const expected = await remembered(told);

    for (const order of everyOrder(told)) expect(await remembered(order)).toBe(expected);
  });

  test("all 720 orders are remembered alike, also when every word claims the same moment", async () => {
    const told = tellBy(standingStill);
    const expected = await remembered(told);

    for (const order of everyOrder(told)) expect(await remembered(order)).toBe(expected);
  });

  test("whichever word is lost, the orders of the others are remembered alike", async () => {
    const told = tellBy(minuteByMinute);

    for (const lost of told.keys()) {
      const others = told.toSpliced(lost, 1);
      const expected = await remembered(others);
      for (const order of everyOrder(others)) expect(await remembered(order)).toBe(expected);
    }
  });

  test("what a second hook tells in a payload of its own is remembered alike, whichever came first", async () => {
    const told = tellBy(minuteByMinute);
    const byAnotherHook = told.map(({ event, payloadText }) => ({
      event,
      payloadText: payloadText.replace("{", '{"organization":{"login":"acme"},'),
    }));
    const expected = await remembered([...told, ...byAnotherHook]);

    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...told, ...byAnotherHook], { minLength: 12 }), async (order) => {
        expect(await remembered(order)).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  test("words that come again, at whatever time, change nothing", async () => {
    const told = tellBy(minuteByMinute);
    const expected = await remembered(told);
    const indexes = [...told.keys()];

    const withRepeats = fc.tuple(
      fc.shuffledSubarray(indexes, { minLength: 6 }),
      fc.array(fc.tuple(fc.nat(5), fc.nat(6)), { minLength: 1, maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(withRepeats, async ([order, repeats]) => {
        const withThem = repeats.reduce((words, [word, at]) => words.toSpliced(at, 0, word), order);
        expect(await remembered(withThem.flatMap((index) => told[index] ?? []))).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });
});

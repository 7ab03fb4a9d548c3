import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store, StoreQueries } from "../../src/store/store.ts";
import { makeSqlite, type TestDatabase } from "../conformance/database.ts";
import { type History, histories } from "./histories.ts";
import { everyOrder } from "./orders.ts";
import { addDeliveries, everythingRemembered, whatComesOf } from "./recorded.ts";
import { type Heard, heardOf } from "./story.ts";
import type { Told } from "./told.ts";

let database: TestDatabase;
let deps: { store: Store; deliveryIds: number[] };

beforeAll(async () => {
  database = await makeSqlite();
  const store = await database.open();
  deps = { store, deliveryIds: await addDeliveries(store, 8) };
});
afterAll(() => database[Symbol.asyncDispose]());

const stories = new Map<string, Promise<Heard>>();
const hear = (name: string, history: History): Promise<Heard> => {
  const known = stories.get(name) ?? heardOf(history.forge, history.happens);
  stories.set(name, known);
  return known;
};

describe("what ends up reverted", () => {
  test.for(Object.entries(histories))("%s", async ([name, history]) => {
    const story = await hear(name, history);
    expect(await whatComesOf(story.told, (queries) => revertedIn(story, queries), deps)).toEqual(
      expectedOf(history, story),
    );
  });
});

describe("in whatever order it is heard", () => {
  test.for(Object.entries(histories))("%s", async ([name, history]) => {
    const { told } = await hear(name, history);
    const expected = await whatComesOf(told, everythingRemembered, deps);
    for (const order of ordersOf(told)) expect(await whatComesOf(order, everythingRemembered, deps)).toBe(expected);
  });
});

/** Every order of up to five words; of more, the reverse one and sixty others. */
function ordersOf(told: Told[]): Iterable<Told[]> {
  if (told.length <= 5) return everyOrder(told);
  return [told.toReversed(), ...fc.sample(fc.shuffledSubarray(told, { minLength: told.length }), 60)];
}

/** Since when each pull request and each commit is reverted, by the names of the story; null for what stands. */
async function revertedIn(story: Heard, queries: StoreQueries): Promise<Record<string, string | null>> {
  const all = { limit: 200, after: null };
  const reverted: Record<string, string | null> = {};
  for (const row of (await queries.pullRequests.list({}, all)).rows) reverted[`#${row.pr_number}`] = row.reverted_at;
  const bySha = new Map((await queries.commits.list({}, all)).rows.map((row) => [row.sha, row]));
  for (const [name, sha] of story.shas) {
    const row = bySha.get(sha);
    if (row !== undefined) reverted[name] = row.reverted_at;
  }
  return reverted;
}

function expectedOf(history: History, story: Heard): Record<string, string | null> {
  const numbers = new Set(
    story.told.flatMap(({ event }) => (event.subject.kind === "pull-request" ? [`#${event.subject.ref}`] : [])),
  );
  const heard = [...numbers, ...story.shas.keys()].filter((name) => history.unheard?.includes(name) !== true);
  return Object.fromEntries(
    heard.map((name) => {
      const by = history.reverted[name];
      return [name, by === undefined ? null : new Date(story.moments.get(by) ?? by).toISOString()];
    }),
  );
}

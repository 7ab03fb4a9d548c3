import { describe, expect, test } from "vitest";
import type { Page, PageRequest } from "../../src/store/page.ts";
import type { MakeDatabase } from "./database.ts";
import { acmeWeb, handClock, put, workersAtHand } from "./queue-at-hand.ts";

/** What can be looked up of commands and workflows. */
export function exerciseQueueLists(makeDatabase: MakeDatabase): void {
  describe("lists of the queue", () => {
    test("pages follow one another without a gap, newest first", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const ids: number[] = [];
      for (let index = 0; index < 12; index += 1) ids.push(await put(store, clock, { workflowId: `SCRUM-${index}` }));

      const commands = await everyPage(5, (page) => store.commands.list({}, page));
      const workflows = await everyPage(5, (page) => store.workflows.list({}, page));

      expect(commands.map(({ id }) => id)).toEqual(ids.toReversed());
      expect(workflows.map(({ id }) => id)).toEqual(ids.map((_, index) => `SCRUM-${11 - index}`));
      expect([await store.commands.count({}), await store.workflows.count({})]).toEqual([12, 12]);
    });

    test("commands are found by state, type, workflow and repository, and counted alike", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const web = await put(store, clock, { workflowId: "SCRUM-1" });
      const review = await put(store, clock, { workflowId: "SCRUM-1", type: "review_pull_request", writes: false });
      const api = await put(store, clock, { workflowId: "SCRUM-2", repository: "acme/api" });
      const none = await put(store, clock, { workflowId: "SCRUM-3", repositoryKey: null });
      const workers = workersAtHand(store, clock, { slots: { review_pull_request: { instances: 1, timeoutMs: 1e6 } } });
      await workers.turnAll();
      const found = async (filter: Parameters<typeof store.commands.list>[0]) => {
        const { rows } = await store.commands.list(filter, { limit: 10, after: null });
        expect(await store.commands.count(filter)).toBe(rows.length);
        return rows.map(({ id }) => id);
      };

      expect(await found({ state: "queued" })).toEqual([none, api, web]);
      expect(await found({ state: "running" })).toEqual([review]);
      expect(await found({ type: "review_pull_request" })).toEqual([review]);
      expect(await found({ workflowId: "SCRUM-1" })).toEqual([review, web]);
      expect(await found({ repositoryKey: acmeWeb })).toEqual([review, web]);
      expect(await found({ repositoryKey: acmeWeb, state: "queued" })).toEqual([web]);
    });

    test("workflows are found by state and repository", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const done = await put(store, clock, { workflowId: "SCRUM-1" });
      await put(store, clock, { workflowId: "SCRUM-2", repository: "acme/api" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(done);
      const found = async (filter: Parameters<typeof store.workflows.list>[0]) =>
        (await store.workflows.list(filter, { limit: 10, after: null })).rows.map(({ id }) => id);

      expect(await found({ state: "succeeded" })).toEqual(["SCRUM-1"]);
      expect(await found({ state: "active" })).toEqual(["SCRUM-2"]);
      expect(await found({ repositoryKey: acmeWeb })).toEqual(["SCRUM-1"]);
      expect(await store.workflows.count({ repositoryKey: acmeWeb })).toBe(1);
      expect([await store.workflows.get("nobody"), await store.commands.get(4711)]).toEqual([undefined, undefined]);
    });
  });
}

async function everyPage<Row>(limit: number, read: (page: PageRequest) => Promise<Page<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  let after: PageRequest["after"] = null;
  do {
    const page: Page<Row> = await read({ limit, after });
    rows.push(...page.rows);
    after = page.next;
  } while (after !== null);
  return rows;
}

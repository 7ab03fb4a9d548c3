import { describe, expect, test } from "vitest";
import type { NewCommand } from "../../src/domain/command.ts";
import type { MakeDatabase } from "./database.ts";
import { commandOf, handClock, put, slotsOf, statesOf, workersAtHand } from "./queue-at-hand.ts";

const series = { key: "pushes to #7", everyMs: 30_000 };
const push: Partial<NewCommand> = { series, writes: false, workflowId: "PUSHED-1" };

/** What comes in a rush becomes one. */
export function exerciseQueueSeries(makeDatabase: MakeDatabase): void {
  describe("commands of a series", () => {
    test("the first is done at once; what follows within its time becomes one, the newest", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const workers = workersAtHand(store, clock, { slots: slotsOf(4) });
      const ids = [await put(store, clock, push)];
      await workers.turnAll();
      for (let pushes = 0; pushes < 11; pushes += 1) {
        clock.pass(2000);
        ids.push(await put(store, clock, push));
        await workers.turnAll();
      }
      const whileTheyCame = [...workers.begun];
      clock.pass(8000);

      await workers.turnAll();

      expect(whileTheyCame).toEqual(ids.slice(0, 1));
      expect(workers.begun).toEqual([ids.at(0), ids.at(-1)]);
      expect(await statesOf(store, ids)).toEqual([
        "running",
        ...Array.from({ length: 10 }, () => "skipped"),
        "running",
      ]);
    });

    test("one that was skipped says which took its place", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const first = await put(store, clock, push);

      const second = await put(store, clock, push);

      const skipped = await commandOf(store, first);
      expect(skipped.outcome_because).toContain(`Command ${second}`);
      expect((await store.commands.history(first)).map(({ move }) => move)).toEqual(["enqueue", "supersede"]);
      expect((await store.workflows.get("PUSHED-1"))?.state).toBe("active");
    });

    test("asking again for the one that waits changes nothing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const first = await put(store, clock, { ...push, idempotencyKey: "head-1" });

      const again = await put(store, clock, { ...push, idempotencyKey: "head-1" });

      expect(again).toBe(first);
      expect(await statesOf(store, [first])).toEqual(["queued"]);
    });

    test("another series is none of its business, and neither is what belongs to none", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const ids = [
        await put(store, clock, { ...push, series: { ...series, key: "pushes to #8" } }),
        await put(store, clock, { writes: false }),
      ];

      await put(store, clock, push);

      expect(await statesOf(store, ids)).toEqual(["queued", "queued"]);
    });

    test("after a quiet time the next is done at once again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const workers = workersAtHand(store, clock);
      const first = await put(store, clock, push);
      await workers.turnAll();
      await workers.end(first);
      clock.pass(30_000);

      const second = await put(store, clock, push);
      await workers.turnAll();

      expect(workers.begun).toEqual([first, second]);
    });
  });
}

import { describe, expect, test } from "vitest";
import type { MakeDatabase } from "./database.ts";
import { changeByHand } from "./past-the-store.ts";
import { handClock, put, putMany, slotsOf, statesOf, succeeded, workersAtHand } from "./queue-at-hand.ts";

/** Which command comes next. */
export function exerciseQueueOrder(makeDatabase: MakeDatabase): void {
  describe("the order of commands", () => {
    test("commands that write to a repository run one at a time, in the order of queueing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const ids = [await put(store, clock), await put(store, clock), await put(store, clock)];
      const workers = workersAtHand(store, clock);

      await workers.turnAll();
      expect(workers.begun).toEqual(ids.slice(0, 1));
      await workers.end(ids[0] ?? 0);
      expect(workers.begun).toEqual(ids.slice(0, 2));
      await workers.end(ids[1] ?? 0);
      await workers.end(ids[2] ?? 0);

      expect(workers.begun).toEqual(ids);
      expect(await statesOf(store, ids)).toEqual(["succeeded", "succeeded", "succeeded"]);
    });

    test("two workers' processes share a repository without ever writing to it at once", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const ids: number[] = [];
      for (let index = 0; index < 12; index += 1) ids.push(await put(one, clock));
      const crews = [workersAtHand(one, clock), workersAtHand(other, clock)];

      const begun: number[] = [];
      for (;;) {
        await Promise.all(crews.map((crew) => crew.turnAll()));
        const working = crews.flatMap((crew) => [...crew.working.keys()].map((id) => ({ crew, id })));
        expect(working.length).toBeLessThanOrEqual(1);
        const [only] = working;
        if (only === undefined) break;
        begun.push(only.id);
        only.crew.working.get(only.id)?.resolve(succeeded);
      }

      expect(begun).toEqual(ids);
    });

    test("the database itself refuses a second writer of a repository, whatever the code around it does", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      await put(store, clock);
      await put(store, clock);

      const forced = changeByHand(database, "update commands set state = 'running'");

      await expect(forced).rejects.toThrow(/unique/i);
      await changeByHand(database, "update commands set state = 'running', writes = 0");
    });

    test("commands that only read run side by side, as many as there are workers", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      for (let index = 0; index < 6; index += 1) await put(store, clock, { writes: false });
      const workers = workersAtHand(store, clock, { slots: slotsOf(4) });

      await workers.turnAll();

      expect(workers.running()).toBe(4);
    });

    test("commands that concern no repository are in nobody's way", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      for (let index = 0; index < 3; index += 1) await put(store, clock, { repositoryKey: null });
      const workers = workersAtHand(store, clock);

      await workers.turnAll();

      expect(workers.running()).toBe(3);
      expect([...workers.working.values()].map(({ command }) => command.repositoryKey)).toEqual([null, null, null]);
      expect((await store.commands.list({}, { limit: 1, after: null })).rows[0]?.repository_key).toBeNull();
    });

    test("the one with the larger priority comes first", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const plain = await put(store, clock);
      const wanted = await put(store, clock, { priority: 5 });
      const workers = workersAtHand(store, clock, { slots: slotsOf(1) });

      await workers.turnAll();
      await workers.end(wanted);

      expect(workers.begun).toEqual([wanted, plain]);
    });

    test("of one workflow, what writes keeps its order, also while an earlier one waits to be tried again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const first = await put(store, clock, { workflowId: "SCRUM-1" });
      const second = await put(store, clock, { workflowId: "SCRUM-1", priority: 9 });
      const another = await put(store, clock, { workflowId: "SCRUM-2" });
      const workers = workersAtHand(store, clock);

      await workers.turnAll();
      await workers.end(first, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });
      // The other workflow does not wait for it.
      expect(workers.begun).toEqual([first, another]);
      await workers.end(another);
      expect(workers.running()).toBe(0);
      clock.pass(10_000);
      await workers.turnAll();
      await workers.end(first);
      await workers.end(second);

      expect(workers.begun).toEqual([first, another, first, second]);
    });

    test("a command waits for its time", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const later = await put(store, clock, { availableAt: new Date(Date.parse(clock.now()) + 60_000).toISOString() });
      const workers = workersAtHand(store, clock);

      await workers.turnAll();
      expect(await store.commandClaims.msUntilDue(clock.now())).toBe(60_000);
      clock.pass(59_999);
      await workers.turnAll();
      expect(workers.begun).toEqual([]);
      clock.pass(1);
      await workers.turnAll();

      expect(workers.begun).toEqual([later]);
      expect(await store.commandClaims.msUntilDue(clock.now())).toBeNull();
    });

    test("types have workers of their own, and a type without any waits", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const review = await put(store, clock, { type: "review_pull_request", writes: false });
      const plan = await put(store, clock, { type: "execute_plan", writes: false });
      const workers = workersAtHand(store, clock, { slots: { execute_plan: { instances: 1, timeoutMs: 1000 } } });

      await workers.turnAll();

      expect(workers.begun).toEqual([plan]);
      expect(await statesOf(store, [review])).toEqual(["queued"]);
    });
  });

  describe("fairness between repositories", () => {
    test("five thousand commands of one repository keep another's waiting for one turn", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      await putMany(store, clock, 5000, () => "acme/busy");
      const other = await put(store, clock, { repository: "acme/quiet", writes: false });
      const workers = workersAtHand(store, clock, { slots: slotsOf(2) });

      await workers.turnAll();

      expect(workers.begun).toContain(other);
      expect(workers.running()).toBe(2);
    });

    test("the repository with the fewest running is served first, then the one served longest ago, then the oldest", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const repositories = ["a", "a", "a", "b", "b", "c"];
      for (const repository of repositories) await put(store, clock, { repository, writes: false });
      const workers = workersAtHand(store, clock, { slots: slotsOf(1) });

      const served: string[] = [];
      for (let index = 0; index < repositories.length; index += 1) {
        clock.pass(1);
        await workers.turnAll();
        const [work] = workers.working.values();
        served.push(work?.command.repositoryKey?.at(-1) ?? "");
        clock.pass(1);
        work?.resolve(succeeded);
      }

      expect(served).toEqual(["a", "b", "c", "a", "b", "a"]);
    });

    test("a batch takes one of each repository before a second of any", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      for (const repository of ["a", "a", "a", "a", "b", "c"]) await put(store, clock, { repository, writes: false });

      const batch = await store.commandClaims.claim(claim({ limit: 4, now: clock.now() }));

      expect(batch.map(({ repositoryKey }) => repositoryKey?.at(-1))).toEqual(["a", "b", "c"]);
    });

    test("a worker that hangs holds nobody up but its own repository", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const hung = await put(store, clock, { repository: "acme/hung" });
      const behind = await put(store, clock, { repository: "acme/hung" });
      const others: number[] = [];
      for (let index = 0; index < 10; index += 1)
        others.push(await put(store, clock, { repository: `acme/r${index}` }));
      const workers = workersAtHand(store, clock, { slots: slotsOf(2, 600_000) });

      await workers.turnAll();
      for (const id of others) await workers.end(id);

      expect(await statesOf(store, others)).toEqual(others.map(() => "succeeded"));
      expect(await statesOf(store, [hung, behind])).toEqual(["running", "queued"]);
    });
  });
}

type Claim = Parameters<Awaited<ReturnType<Awaited<ReturnType<MakeDatabase>>["open"]>>["commandClaims"]["claim"]>[0];

function claim(say: Partial<Claim>): Claim {
  return { type: "create_pull_request", limit: 10, owner: "one", leaseMs: 30_000, now: null, ...say };
}

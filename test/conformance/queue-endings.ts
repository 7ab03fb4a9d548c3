import { describe, expect, test } from "vitest";
import type { CommandOutcome, NewCommand } from "../../src/domain/command.ts";
import { PullwrightError } from "../../src/domain/error.ts";
import { enqueue, startWorkflow } from "../../src/queue/enqueue.ts";
import type { MakeDatabase } from "./database.ts";
import {
  acmeWeb,
  at,
  commandOf,
  handClock,
  put,
  slotsOf,
  statesOf,
  succeeded,
  workersAtHand,
} from "./queue-at-hand.ts";

const unavailable = {
  kind: "retry",
  code: "FORGE_UNAVAILABLE",
  because: "The forge answered 502.",
} satisfies CommandOutcome;

/** What becomes of a command after an attempt. */
export function exerciseQueueEndings(makeDatabase: MakeDatabase): void {
  describe("the end of an attempt", () => {
    test("what a command says and leaves behind is kept with it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      clock.pass(4000);
      await workers.end(id, {
        kind: "succeeded",
        because: "Opened acme/web#7.",
        links: [{ label: "acme/web#7", url: "https://github.com/acme/web/pull/7" }],
        artifacts: { pr_description: "/data/exports/work-1/pr_description.md" },
        result: { number: 7 },
      });

      expect(await commandOf(store, id)).toMatchObject({
        state: "succeeded",
        attempt: 1,
        outcome_code: null,
        outcome_because: "Opened acme/web#7.",
        links: [{ label: "acme/web#7", url: "https://github.com/acme/web/pull/7" }],
        artifacts: { pr_description: "/data/exports/work-1/pr_description.md" },
        result: { number: 7 },
        lease_owner: null,
        lease_until_at: null,
        started_at: at(0),
        ended_at: at(4),
      });
      expect(
        (await store.commands.history(id)).map(({ move, attempt, started_at, at: when }) => [
          move,
          attempt,
          started_at,
          when,
        ]),
      ).toEqual([
        ["enqueue", 0, null, at(0)],
        ["succeed", 1, at(0), at(4)],
      ]);
    });

    test("what failed for no fault of its own is tried three times, after 10 and 30 seconds, and has failed then", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);

      const begunAt: string[] = [];
      for (const untilNextMs of [10_000, 30_000, 90_000]) {
        await workers.turnAll();
        begunAt.push(clock.now());
        await workers.end(id, unavailable);
        clock.pass(untilNextMs - 1);
        await workers.turnAll();
        expect(workers.running()).toBe(0);
        clock.pass(1);
      }
      await workers.turnAll();

      expect(begunAt).toEqual([at(0), at(10), at(40)]);
      expect(workers.running()).toBe(0);
      expect(await commandOf(store, id)).toMatchObject({
        state: "failed",
        attempt: 3,
        outcome_code: "FORGE_UNAVAILABLE",
        outcome_because: "The forge answered 502. That was attempt 3 of 3.",
      });
      expect((await store.commands.history(id)).map(({ move }) => move)).toEqual([
        "enqueue",
        "try-again",
        "try-again",
        "fail",
      ]);
    });

    test("a command may say itself when it wants to be tried again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);

      await workers.turnAll();
      await workers.end(id, { ...unavailable, afterMs: 500 });

      expect((await commandOf(store, id)).available_at).toBe(at(0.5));
    });

    test("waiting uses up no attempt, however often", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { attemptsMax: 1 });
      const workers = workersAtHand(store, clock);

      for (let index = 1; index <= 50; index += 1) {
        await workers.turnAll();
        const until = at(index * 60);
        await workers.end(id, { kind: "wait", code: "FORGE_RATE_LIMITED", because: "Not before.", until });
        expect(await commandOf(store, id)).toMatchObject({
          state: "queued",
          attempt: 0,
          waits: index,
          available_at: until,
        });
        clock.pass(60_000);
      }
      await workers.turnAll();
      await workers.end(id);

      expect(await commandOf(store, id)).toMatchObject({ state: "succeeded", attempt: 1, waits: 50 });
      expect(await store.commands.history(id)).toHaveLength(2);
    });

    test("what a person must change is not tried again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);

      await workers.turnAll();
      await workers.end(id, { kind: "failed", code: "BRANCH_EXISTS", because: "Somebody else's branch is there." });

      expect(await commandOf(store, id)).toMatchObject({ state: "failed", attempt: 1, outcome_code: "BRANCH_EXISTS" });
    });

    test("a thrown error is tried again when its code says so, and else it is not", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const errors = [
        new PullwrightError("FORGE_UNREACHABLE", "No route"),
        new PullwrightError("EMPTY_DIFF", "Nothing changed"),
        new TypeError("x is undefined"),
      ];
      const workers = workersAtHand(store, clock);

      const ended = [];
      for (const error of errors) {
        const id = await put(store, clock);
        await workers.turnAll();
        await workers.end(id, error);
        ended.push(await commandOf(store, id));
      }

      expect(ended.map((row) => [row.state, row.outcome_code, row.outcome_because])).toEqual([
        ["queued", "FORGE_UNREACHABLE", "No route"],
        ["failed", "EMPTY_DIFF", "Nothing changed"],
        ["queued", "INTERNAL", "x is undefined"],
      ]);
    });

    test("what a command says of itself is masked and cut before it is stored", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock, { redact: (text) => text.replaceAll("ghp_secret", "***") });

      await workers.turnAll();
      await workers.end(id, { kind: "failed", code: "GIT_FAILED", because: `ghp_secret ${"x".repeat(5000)}` });

      const { outcome_because } = await commandOf(store, id);
      expect(outcome_because).toMatch(/^\*\*\* x+$/);
      expect(outcome_because).toHaveLength(1000);
    });

    test("one that cannot be stored as it ended fails alone, and those that ended with it are settled", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const [good, bad] = [await put(store, clock, { repository: "a" }), await put(store, clock, { repository: "b" })];
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      const circular: Record<string, unknown> = {};
      circular["itself"] = circular;

      workers.working.get(good)?.resolve(succeeded);
      workers.working.get(bad)?.resolve({ ...succeeded, result: circular });
      await workers.turnAll();

      expect(await statesOf(store, [good, bad])).toEqual(["succeeded", "failed"]);
      expect(await commandOf(store, bad)).toMatchObject({
        outcome_code: "INTERNAL",
        outcome_because: "What it left behind could not be stored.",
      });
    });

    test("one that runs over its time is told to stop, and is tried again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock, { slots: slotsOf(1, 60_000) });
      await workers.turnAll();
      const signal = workers.working.get(id)?.signal;

      clock.pass(59_999);
      await workers.look();
      expect(signal?.aborted).toBe(false);
      clock.pass(1);
      await workers.look();
      expect(signal?.reason).toMatchObject({ kind: "timed-out" });
      // It does not stop: after ten seconds its claim ends without it, and its place is free.
      clock.pass(10_000);
      await workers.look();
      await workers.turnAll();

      expect(await commandOf(store, id)).toMatchObject({
        state: "queued",
        attempt: 1,
        outcome_code: "WORKER_TIMED_OUT",
      });
      const next = await put(store, clock);
      await workers.turnAll();
      expect(workers.begun).toEqual([id, next]);
    });
  });

  describe("queueing", () => {
    test("the same idempotency key is the same command, also when it has ended", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { idempotencyKey: "same", workflowId: "SCRUM-1" });
      const again = await put(store, clock, {
        idempotencyKey: "same",
        workflowId: "SCRUM-1",
        payload: { other: true },
      });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(id);

      const afterwards = await put(store, clock, { idempotencyKey: "same", workflowId: "SCRUM-1" });

      expect([again, afterwards]).toEqual([id, id]);
      expect(await store.commands.count({})).toBe(1);
      expect((await commandOf(store, id)).state).toBe("succeeded");
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });

    test("what is queued in a transaction that fails was never queued", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      await put(store, clock, { workflowId: "SCRUM-1" });

      const failing = store.transaction(async (queries) => {
        await enqueue([newCommand({ workflowId: "SCRUM-1" })], queries, clock);
        throw new Error("half way");
      });

      await expect(failing).rejects.toThrow("half way");
      expect(await store.commands.count({})).toBe(1);
    });

    test("a workflow must have been begun, and by a name that a folder can have", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();

      await expect(
        store.transaction((queries) => enqueue([newCommand({ workflowId: "nobody" })], queries, clock)),
      ).rejects.toMatchObject({ code: "RESOURCE_NOT_FOUND" });
      for (const id of ["", "..", "a/b", "../x", "a b", "x".repeat(101), ".hidden"])
        await expect(
          store.transaction((queries) => startWorkflow({ ...workflow, id }, queries, clock)),
        ).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
      expect(await store.workflows.count({})).toBe(0);
    });

    test("a workflow that is begun twice stays as it was begun", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();

      const begun = [];
      for (const title of ["First", "Second"])
        begun.push(
          await store.transaction((queries) => startWorkflow({ ...workflow, id: "SCRUM-1", title }, queries, clock)),
        );

      expect(begun).toEqual([{ isNew: true }, { isNew: false }]);
      expect(await store.workflows.get("SCRUM-1")).toMatchObject({
        title: "First",
        state: "active",
        created_at: at(0),
      });
    });
  });

  describe("a workflow", () => {
    test("goes on with what follows from a command, and has succeeded when nothing follows any more", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const first = await put(store, clock, { type: "execute_plan", workflowId: "SCRUM-1" });
      const workers = workersAtHand(store, clock, {
        followUps: (command, outcome) =>
          command.type === "execute_plan" && outcome.kind === "succeeded"
            ? [
                newCommand({
                  workflowId: command.workflowId,
                  requestedBy: `command ${command.id}`,
                  causedBy: { commandId: command.id },
                }),
              ]
            : [],
      });

      await workers.turnAll();
      await workers.end(first);
      const [second] = (await store.commands.list({ type: "create_pull_request" }, { limit: 5, after: null })).rows;
      expect(second).toMatchObject({ state: "running", caused_by_command_id: first, requested_by: `command ${first}` });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("active");
      clock.pass(1000);
      await workers.end(second?.id ?? 0);

      expect(await store.workflows.get("SCRUM-1")).toMatchObject({ state: "succeeded", ended_at: at(1) });
    });

    test("has failed when a command failed and nothing of it is left, and what follows from that is the rule's to say", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1", attemptsMax: 1 });
      const told: CommandOutcome[] = [];
      const workers = workersAtHand(store, clock, {
        followUps: (_command, outcome) => {
          told.push(outcome);
          return [];
        },
      });

      await workers.turnAll();
      await workers.end(id, unavailable);

      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("failed");
      expect(told).toEqual([{ kind: "failed", code: "FORGE_UNAVAILABLE", because: "The forge answered 502." }]);
    });

    test("a later command of the same type makes up for one that failed", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const workers = workersAtHand(store, clock);
      const failed = await put(store, clock, { workflowId: "SCRUM-1" });
      await workers.turnAll();
      await workers.end(failed, { kind: "failed", code: "GIT_FAILED", because: "no" });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("failed");

      const later = await put(store, clock, { workflowId: "SCRUM-1" });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("active");
      await workers.turnAll();
      await workers.end(later, { kind: "skipped", because: "Nothing to do." });

      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });

    test("of two last commands that end in one moment, it ends once and rightly", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const ids = [
        await put(one, clock, { workflowId: "SCRUM-1", writes: false }),
        await put(one, clock, { workflowId: "SCRUM-1", writes: false, type: "review_pull_request" }),
      ];
      const crews = [
        workersAtHand(one, clock, { slots: { create_pull_request: { instances: 1, timeoutMs: 1e6 } } }),
        workersAtHand(other, clock, { slots: { review_pull_request: { instances: 1, timeoutMs: 1e6 } } }),
      ];
      await Promise.all(crews.map((crew) => crew.turnAll()));
      for (const crew of crews) for (const work of crew.working.values()) work.resolve(succeeded);

      await Promise.all(crews.map((crew) => crew.turnAll()));

      expect(await statesOf(one, ids)).toEqual(["succeeded", "succeeded"]);
      expect((await one.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });
  });
}

const workflow = { id: "", repositoryKey: acmeWeb, title: null, checkoutDir: null, issueDir: null, requestedBy: "api" };

let keys = 0;

function newCommand(say: Partial<NewCommand>): NewCommand {
  keys += 1;
  return {
    type: "create_pull_request",
    workflowId: "SCRUM-1",
    repositoryKey: acmeWeb,
    writes: true,
    idempotencyKey: `new-${keys}`,
    payload: {},
    priority: 0,
    attemptsMax: 3,
    availableAt: at(0),
    requestedBy: "operator",
    ...say,
  };
}

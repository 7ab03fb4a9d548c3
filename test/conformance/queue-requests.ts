import { describe, expect, test } from "vitest";
import { cancelCommand, cancelWorkflow } from "../../src/queue/cancel.ts";
import { pauseWorkflow, resumeWorkflow } from "../../src/queue/pause.ts";
import { retryCommand, retryWorkflow } from "../../src/queue/retry.ts";
import type { Store, StoreQueries } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { commandOf, handClock, put, statesOf, workersAtHand } from "./queue-at-hand.ts";

const ann = { actor: "ann" };

/** What an operator may ask of commands and workflows. */
export function exerciseQueueRequests(makeDatabase: MakeDatabase): void {
  describe("cancelling", () => {
    test("a command that waits has ended with it, and is never begun", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1" });

      await store.transaction((queries) => cancelCommand(id, ann, queries, clock));
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      expect(workers.begun).toEqual([]);
      expect(await commandOf(store, id)).toMatchObject({
        state: "cancelled",
        outcome_because: "ann cancelled it before it began.",
      });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("cancelled");
    });

    test("a command that runs is told to stop by its own process, and nothing follows from it", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const id = await put(one, clock);
      const workers = workersAtHand(one, clock, { followUps: () => [Object.assign({}, null as never)] });
      await workers.turnAll();

      await other.transaction((queries) => cancelCommand(id, ann, queries, clock));
      await workers.look();
      const work = workers.working.get(id);
      expect(work?.signal.reason).toMatchObject({ kind: "cancelled" });
      work?.reject(work.signal.reason as Error);
      await workers.turnAll();

      expect(await commandOf(one, id)).toMatchObject({
        state: "cancelled",
        outcome_because: "It was cancelled while it ran.",
      });
    });

    test("a command that does not stop is let go after a second, and writes nothing any more", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      const hung = workers.working.get(id);

      await store.transaction((queries) => cancelCommand(id, ann, queries, clock));
      await workers.look();
      clock.pass(1000);
      await workers.look();
      await workers.turnAll();

      expect((await commandOf(store, id)).state).toBe("cancelled");
      hung?.resolve({ kind: "succeeded", because: "Too late." });
      await workers.turnAll();
      expect((await commandOf(store, id)).outcome_because).toBe("It was cancelled while it ran.");
    });

    test("what a command had done when it was cancelled is listed with it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      await store.transaction((queries) => cancelCommand(id, ann, queries, clock));
      await workers.end(id, {
        kind: "succeeded",
        because: "Opened acme/web#7.",
        links: [{ label: "acme/web#7", url: "https://x" }],
      });

      expect(await commandOf(store, id)).toMatchObject({
        state: "cancelled",
        outcome_because: "It was cancelled while it ran. It had been done by then: Opened acme/web#7.",
        links: [{ label: "acme/web#7", url: "https://x" }],
      });
    });

    test("a workflow is cancelled with all that waits and runs of it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const ids = [
        await put(store, clock, { workflowId: "SCRUM-1" }),
        await put(store, clock, { workflowId: "SCRUM-1" }),
      ];
      const other = await put(store, clock, { workflowId: "SCRUM-2" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      await store.transaction((queries) => cancelWorkflow("SCRUM-1", ann, queries, clock));
      await workers.look();
      workers.working.get(ids[0] ?? 0)?.reject(new Error("stopped"));
      await workers.turnAll();

      expect(await statesOf(store, [...ids, other])).toEqual(["cancelled", "cancelled", "running"]);
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("cancelled");
    });

    test("what has ended cannot be cancelled, and what is not there cannot either", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(id);

      await expect(within(store, (queries) => cancelCommand(id, ann, queries, clock))).rejects.toMatchObject({
        code: "INVALID_STATE_TRANSITION",
      });
      await expect(within(store, (queries) => cancelCommand(4711, ann, queries, clock))).rejects.toMatchObject({
        code: "RESOURCE_NOT_FOUND",
      });
      await expect(within(store, (queries) => cancelWorkflow("SCRUM-1", ann, queries, clock))).rejects.toMatchObject({
        code: "INVALID_STATE_TRANSITION",
      });
      await expect(within(store, (queries) => cancelWorkflow("nobody", ann, queries, clock))).rejects.toMatchObject({
        code: "RESOURCE_NOT_FOUND",
      });
      expect(await store.events.count({})).toBe(0);
    });
  });

  describe("pausing", () => {
    test("nothing of a paused workflow is begun and nothing of it fails; resumed, all of it is done in its order", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const before = await put(store, clock, { workflowId: "SCRUM-1" });
      const workers = workersAtHand(store, clock, {
        followUps: () => [],
      });
      await workers.turnAll();

      await within(store, (queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));
      const during = await put(store, clock, { workflowId: "SCRUM-1" });
      const elsewhere = await put(store, clock, { workflowId: "SCRUM-2" });
      await workers.end(before, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });
      clock.pass(3_600_000);
      await workers.turnAll();
      expect(workers.begun).toEqual([before, elsewhere]);
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("paused");
      await workers.end(elsewhere);
      await within(store, (queries) => resumeWorkflow("SCRUM-1", ann, queries, clock));
      await workers.turnAll();
      await workers.end(before);
      await workers.end(during);

      expect(workers.begun).toEqual([before, elsewhere, before, during]);
      expect(await statesOf(store, [before, during])).toEqual(["succeeded", "succeeded"]);
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });

    test("a workflow whose last command ended while it was paused has ended when it is resumed", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      await within(store, (queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));
      await workers.end(id);
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("paused");
      await within(store, (queries) => resumeWorkflow("SCRUM-1", ann, queries, clock));

      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });

    test("a command that is retried while its workflow is paused waits with the rest", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const failed = await put(store, clock, { workflowId: "SCRUM-1" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(failed, { kind: "failed", code: "GIT_FAILED", because: "no" });
      await put(store, clock, { workflowId: "SCRUM-1" });
      await within(store, (queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));

      await within(store, (queries) => retryCommand(failed, ann, queries, clock));
      await workers.turnAll();

      expect(workers.begun).toEqual([failed]);
      expect(await commandOf(store, failed)).toMatchObject({ state: "queued", paused: 1 });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("paused");
    });

    test("only what is active can be paused, and only what is paused resumed", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      await put(store, clock, { workflowId: "SCRUM-1" });
      const pause = () => within(store, (queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));
      const resume = () => within(store, (queries) => resumeWorkflow("SCRUM-1", ann, queries, clock));

      await expect(resume()).rejects.toMatchObject({ code: "INVALID_STATE_TRANSITION" });
      await pause();
      await expect(pause()).rejects.toMatchObject({ code: "INVALID_STATE_TRANSITION" });
      await resume();

      expect(
        (await store.events.list({}, { limit: 9, after: null })).rows.map(
          ({ kind, subject_ref, actor, delivery_id }) => [kind, subject_ref, actor, delivery_id],
        ),
      ).toEqual([
        ["resume_requested", "SCRUM-1", "ann", null],
        ["pause_requested", "SCRUM-1", "ann", null],
      ]);
    });
  });

  describe("retrying", () => {
    test("a failed command gets all its attempts anew, and its history stays", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1", attemptsMax: 1 });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(id, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("failed");

      await within(store, (queries) => retryCommand(id, ann, queries, clock));
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("active");
      await workers.turnAll();
      await workers.end(id);

      expect(await commandOf(store, id)).toMatchObject({ state: "succeeded", attempt: 1, retries: 1, fence: 2 });
      expect((await store.commands.history(id)).map(({ move, actor }) => [move, actor])).toEqual([
        ["enqueue", "operator"],
        ["fail", workers.deps.owner],
        ["retry", "ann"],
        ["succeed", workers.deps.owner],
      ]);
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("succeeded");
    });

    test("a cancelled command that is retried is not cancelled again", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await within(store, (queries) => cancelCommand(id, ann, queries, clock));
      await workers.end(id, new Error("stopped"));

      await within(store, (queries) => retryCommand(id, ann, queries, clock));
      await workers.turnAll();
      await workers.end(id);

      expect((await commandOf(store, id)).state).toBe("succeeded");
    });

    test("a workflow retries what made it fail, and not what succeeded or was made up for", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const workers = workersAtHand(store, clock);
      const plan = await put(store, clock, { workflowId: "SCRUM-1", type: "execute_plan" });
      await workers.turnAll();
      await workers.end(plan);
      const older = await put(store, clock, { workflowId: "SCRUM-1" });
      await workers.turnAll();
      await workers.end(older, { kind: "failed", code: "GIT_FAILED", because: "no" });
      const newer = await put(store, clock, { workflowId: "SCRUM-1" });
      await workers.turnAll();
      await workers.end(newer, { kind: "failed", code: "GIT_FAILED", because: "no" });

      const retried = await within(store, (queries) => retryWorkflow("SCRUM-1", ann, queries, clock));

      expect(retried).toEqual([newer]);
      expect(await statesOf(store, [plan, older, newer])).toEqual(["succeeded", "failed", "queued"]);
      await expect(within(store, (queries) => retryWorkflow("SCRUM-1", ann, queries, clock))).rejects.toMatchObject({
        code: "INVALID_STATE_TRANSITION",
      });
    });

    test("what succeeded, waits or runs cannot be retried", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      const retry = () => within(store, (queries) => retryCommand(id, ann, queries, clock));

      await expect(retry()).rejects.toMatchObject({ code: "INVALID_STATE_TRANSITION" });
      await workers.turnAll();
      await expect(retry()).rejects.toMatchObject({ code: "INVALID_STATE_TRANSITION" });
      await workers.end(id);
      await expect(retry()).rejects.toMatchObject({ code: "INVALID_STATE_TRANSITION" });
    });

    test("every request is an event and an entry of the audit log", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1" });

      await within(store, (queries) => cancelCommand(id, ann, queries, clock));
      await within(store, (queries) => retryCommand(id, ann, queries, clock));

      const events = (await store.events.list({}, { limit: 9, after: null })).rows;
      const audit = (await store.auditLog.list({}, { limit: 9, after: null })).rows;
      expect(events.map(({ kind, subject_kind, subject_ref }) => [kind, subject_kind, subject_ref])).toEqual([
        ["retry_requested", "command", String(id)],
        ["cancel_requested", "command", String(id)],
      ]);
      expect(audit.map(({ action, actor, subject }) => [action, actor, subject])).toEqual([
        ["retry_requested", "ann", `command ${id}`],
        ["cancel_requested", "ann", `command ${id}`],
      ]);
    });
  });
}

function within<Answer>(store: Store, work: (queries: StoreQueries) => Promise<Answer>): Promise<Answer> {
  return store.transaction(work);
}

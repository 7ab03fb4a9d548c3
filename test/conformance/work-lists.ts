import { describe, expect, test } from "vitest";
import { pauseWorkflow } from "../../src/queue/pause.ts";
import type { MakeDatabase } from "./database.ts";
import { at, handClock, put, workersAtHand } from "./queue-at-hand.ts";

/** What the doors show of work at a glance. */
export function exerciseWorkLists(makeDatabase: MakeDatabase): void {
  describe("work at a glance", () => {
    test("is counted: what runs, what waits, and what is held", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      expect(await store.commands.countOpen()).toEqual({ running: 0, waiting: 0, paused: 0 });
      await put(store, clock, { workflowId: "SCRUM-1", type: "review_pull_request", writes: false });
      await put(store, clock, { workflowId: "SCRUM-2" });
      await put(store, clock, { workflowId: "SCRUM-2", availableAt: at(3600) });
      await put(store, clock, { workflowId: "SCRUM-3" });
      await pauseWorkflow("SCRUM-3", { actor: "operator" }, store, clock);
      const workers = workersAtHand(store, clock, { slots: { review_pull_request: { instances: 1, timeoutMs: 1e6 } } });
      await workers.turnAll();

      expect(await store.commands.countOpen()).toEqual({ running: 1, waiting: 2, paused: 1 });
      expect(await store.workflows.count({ state: "paused" })).toBe(1);
    });

    test("is the last command of each type of each workflow, oldest first", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const one = { workflowId: "SCRUM-1" };
      await put(store, clock, { ...one, type: "execute_plan" });
      const plan = await put(store, clock, { ...one, type: "execute_plan" });
      const other = await put(store, clock, { workflowId: "SCRUM-2", type: "execute_plan", repositoryKey: null });
      const open = await put(store, clock, one);
      await put(store, clock, { workflowId: "SCRUM-3" });

      const latest = await store.commands.latestOfWorkflows(["SCRUM-1", "SCRUM-2", "nobody"]);

      expect(latest.map(({ id, workflow_id }) => [id, workflow_id])).toEqual([
        [plan, "SCRUM-1"],
        [other, "SCRUM-2"],
        [open, "SCRUM-1"],
      ]);
      expect(latest[1]).toMatchObject({ repository_key: null, links: [], artifacts: {} });
      expect(await store.commands.latestOfWorkflows([])).toEqual([]);
    });

    test("what was done to a thing is told first to last", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      for (const [index, subject] of ["effect a", "effect b", "effect c", "effect a"].entries())
        await store.auditLog.append({ at: at(index), actor: "command 1", action: "effect.send", subject, detail: {} });

      const told = await store.auditLog.ofSubjects(["effect a", "effect c"]);

      expect(told.map(({ id, subject }) => [id, subject])).toEqual([
        [1, "effect a"],
        [3, "effect c"],
        [4, "effect a"],
      ]);
      expect(await store.auditLog.ofSubjects([])).toEqual([]);
    });
  });
}

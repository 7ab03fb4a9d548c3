import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DeliveryMoveName, deliveryMoves, deliveryStates } from "../../scripts/generate/lifecycle-page.ts";
import type { CommandOutcome, CommandState } from "../../src/domain/command.ts";
import type { ArrivedDelivery, DeliveryState } from "../../src/domain/delivery.ts";
import type { WorkflowState } from "../../src/domain/workflow.ts";
import { cancelCommand, cancelWorkflow } from "../../src/queue/cancel.ts";
import {
  commandMoves,
  type CommandMoveName,
  commandStateMeanings,
  workflowMoves,
  type WorkflowMoveName,
  workflowStateMeanings,
} from "../../src/queue/lifecycle.ts";
import { pauseWorkflow, resumeWorkflow } from "../../src/queue/pause.ts";
import { retryCommand, retryWorkflow } from "../../src/queue/retry.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store, StoreQueries } from "../../src/store/store.ts";
import {
  commandOf,
  type HandClock,
  handClock,
  put,
  slotsOf,
  succeeded,
  type WorkersAtHand,
  workersAtHand,
} from "../conformance/queue-at-hand.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("docs/reference/lifecycle.md, on deliveries,", () => {
  const states = Object.keys(deliveryStates) as DeliveryState[];
  const cases = deliveryMoves.flatMap((move) => states.map((state) => ({ move: move.name, state, move_: move })));

  test.each(cases)("says where $move leads from $state", async ({ move_: move, state }) => {
    await using opened = await openEmpty();
    const id = await deliveryIn(state, opened.store);

    await moveDelivery(move.name, id, opened.store);

    const leadsOn = move.from.includes(state);
    expect((await opened.store.deliveries.get(id))?.state).toBe(leadsOn ? move.to : state);
  });

  test("begins with a delivery that is accepted", () => {
    expect(beginnings(deliveryMoves)).toEqual([["accept", "received"]]);
  });
});

describe("docs/reference/lifecycle.md, on commands,", () => {
  const states = Object.keys(commandStateMeanings) as CommandState[];
  const cases = commandMoves.flatMap((move) => states.map((state) => ({ move: move.name, state, move_: move })));

  test.each(cases)("says where $move leads from $state", async ({ move_: move, state }) => {
    await using opened = await openEmpty();
    const scene = await commandIn(state, opened.store);

    await moveCommand(move.name, scene);

    const leadsOn = move.from.includes(state);
    expect((await commandOf(opened.store, scene.id)).state).toBe(leadsOn ? move.to : state);
    const moves = (await opened.store.commands.history(scene.id)).map((line) => line.move);
    const isKept = move.name !== "claim" && move.name !== "wait";
    expect(moves.at(-1)).toBe(leadsOn && isKept ? move.name : moves.at(-1));
  });

  test("begins with a command that is queued", () => {
    expect(beginnings(commandMoves)).toEqual([["enqueue", "queued"]]);
  });
});

describe("docs/reference/lifecycle.md, on workflows,", () => {
  const states = Object.keys(workflowStateMeanings) as WorkflowState[];
  const cases = workflowMoves.flatMap((move) => states.map((state) => ({ move: move.name, state, move_: move })));

  test.each(cases)("says where $move leads from $state", async ({ move_: move, state }) => {
    await using opened = await openEmpty();
    const scene = await workflowIn(state, opened.store);

    await moveWorkflow(move.name, scene);

    const leadsOn = move.from.includes(state);
    expect((await opened.store.workflows.get("SCRUM-1"))?.state).toBe(leadsOn ? move.to : state);
  });

  test("begins with a workflow that is started", () => {
    expect(beginnings(workflowMoves)).toEqual([["start", "active"]]);
  });
});

function beginnings(moves: { name: string; from: unknown[]; to: string }[]): [name: string, to: string][] {
  return moves.filter((move) => move.from.includes(null)).map((move) => [move.name, move.to]);
}

async function openEmpty(): Promise<{ store: Store } & AsyncDisposable> {
  const folder = await temporaryDirectory();
  const store = await openStore({ engine: "sqlite", path: join(folder.path, "store.db") }, "write");
  return {
    store,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const at = "2026-11-20T10:00:00.000Z";
const leaseUntil = "2026-11-20T10:00:30.000Z";

const arrived: ArrivedDelivery = {
  source: "github",
  provider: "github",
  hookId: "1",
  deliveryId: "72d3162e",
  event: "push",
  contentType: "application/json",
  headers: {},
  body: new TextEncoder().encode("{}"),
  secretUsed: "current",
  receivedAt: at,
};

/** A delivery that was brought into this state as the service does it. */
async function deliveryIn(state: DeliveryState, store: Store): Promise<number> {
  await store.accept([arrived]);
  const [row] = (await store.deliveries.list({}, { limit: 1, after: null })).rows;
  const id = row?.id ?? 0;
  if (state === "digested") await store.deliveries.markDigested([id], at);
  if (state === "dead") await store.deliveries.markDead(id, at, "BAD_JSON", "The body is not JSON.");
  return id;
}

async function moveDelivery(move: DeliveryMoveName, id: number, store: Store): Promise<void> {
  switch (move) {
    case "accept":
      await store.accept([arrived]);
      return;
    case "claim":
      await store.deliveries.claim({
        limit: 10,
        bodyBytesMax: 1024,
        attemptsTogetherMax: 1,
        owner: "here/1/x",
        now: at,
        leaseUntil,
        leaseUntilMax: leaseUntil,
      });
      return;
    case "markDigested":
      await store.deliveries.markDigested([id], at);
      return;
    case "markDead":
      await store.deliveries.markDead(id, at, "BAD_JSON", "The body is not JSON.");
      return;
    case "markReceived":
      await store.deliveries.markReceived(id);
      return;
  }
}

type Scene = { store: Store; clock: HandClock; workers: WorkersAtHand; id: number };

const failed = { kind: "failed", code: "GIT_FAILED", because: "no" } satisfies CommandOutcome;
const ann = { actor: "ann" };

/** A command that was brought into this state as the service does it. Where it ran, its worker still thinks that it has it. */
const theSeries = { key: "the-series", everyMs: 0 };

async function commandIn(state: CommandState, store: Store): Promise<Scene> {
  const clock = handClock();
  const workers = workersAtHand(store, clock, { slots: slotsOf(1) });
  const id = await put(store, clock, { workflowId: "SCRUM-1", idempotencyKey: "the-one", series: theSeries });
  const scene = { store, clock, workers, id };
  if (state === "queued") return scene;
  await workers.turnAll();
  switch (state) {
    case "running":
      return scene;
    case "succeeded":
      await workers.end(id, succeeded);
      return scene;
    case "failed":
      await workers.end(id, failed);
      return scene;
    case "skipped":
      await workers.end(id, { kind: "skipped", because: "Nothing to do." });
      return scene;
    case "cancelled":
      await store.transaction((queries) => cancelCommand(id, ann, queries, clock));
      await workers.end(id, failed);
      return scene;
  }
}

async function moveCommand(move: CommandMoveName, { store, clock, workers, id }: Scene): Promise<void> {
  const end = async (outcome: CommandOutcome): Promise<void> => {
    if (workers.working.has(id)) await workers.end(id, outcome);
  };
  const crash = () => workersAtHand(store, clock, { isGone: () => true }).rescue();
  switch (move) {
    case "enqueue":
      await put(store, clock, { workflowId: "SCRUM-1", idempotencyKey: "the-one" });
      return;
    case "claim":
      await workers.turnAll();
      return;
    case "succeed":
      return end(succeeded);
    case "skip":
      return end({ kind: "skipped", because: "Nothing to do." });
    case "fail":
      return end(failed);
    case "try-again":
      return end({ kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });
    case "wait":
      return end({ kind: "wait", code: "FORGE_RATE_LIMITED", because: "Not now.", until: "2026-01-02T04:00:00.000Z" });
    case "hand-back":
      workers.close();
      workers.interrupt();
      return end(failed);
    case "rescue":
      await crash();
      return;
    case "give-up":
      for (let crashes = 1; crashes <= 10; crashes += 1) {
        await crash();
        clock.pass(90_000);
        if (crashes < 10 && (await commandOf(store, id)).crashes === crashes)
          await workersAtHand(store, clock).turnAll();
      }
      return;
    case "cancel":
      return refusedOrDone(store, (queries) => cancelCommand(id, ann, queries, clock));
    case "stop":
      await refusedOrDone(store, async (queries) => {
        if (workers.working.has(id)) await cancelCommand(id, ann, queries, clock);
      });
      return end(succeeded);
    case "supersede":
      await put(store, clock, { workflowId: "SCRUM-1", series: theSeries });
      return;
    case "retry":
      return refusedOrDone(store, (queries) => retryCommand(id, ann, queries, clock));
  }
}

/** A workflow that was brought into this state as the service does it, with one command. */
async function workflowIn(state: WorkflowState, store: Store): Promise<Scene> {
  const scene = await commandIn(state === "succeeded" || state === "failed" ? state : "running", store);
  const { clock, workers, id } = scene;
  if (state === "paused") await store.transaction((queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));
  if (state === "cancelled") {
    await store.transaction((queries) => cancelWorkflow("SCRUM-1", ann, queries, clock));
    await workers.end(id, failed);
  }
  return scene;
}

async function moveWorkflow(move: WorkflowMoveName, { store, clock, workers, id }: Scene): Promise<void> {
  const end = async (outcome: CommandOutcome): Promise<void> => {
    if (workers.working.has(id)) await workers.end(id, outcome);
  };
  switch (move) {
    case "start":
      await put(store, clock, { workflowId: "SCRUM-1", idempotencyKey: "the-one" });
      return;
    case "continue":
      await put(store, clock, { workflowId: "SCRUM-1" });
      return;
    case "succeed":
      return end(succeeded);
    case "fail":
      return end(failed);
    case "pause":
      return refusedOrDone(store, (queries) => pauseWorkflow("SCRUM-1", ann, queries, clock));
    case "resume":
      return refusedOrDone(store, (queries) => resumeWorkflow("SCRUM-1", ann, queries, clock));
    case "cancel":
      return refusedOrDone(store, (queries) => cancelWorkflow("SCRUM-1", ann, queries, clock));
    case "retry":
      return refusedOrDone(store, (queries) => retryWorkflow("SCRUM-1", ann, queries, clock));
  }
}

/** A move that is not allowed is refused with its code; nothing else may go wrong. */
async function refusedOrDone(store: Store, work: (queries: StoreQueries) => Promise<unknown>): Promise<void> {
  await store.transaction(work).catch((error: unknown) => {
    expect(error).toMatchObject({ code: "INVALID_STATE_TRANSITION" });
  });
}

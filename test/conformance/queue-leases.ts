import { describe, expect, test } from "vitest";
import { PullwrightError } from "../../src/domain/error.ts";
import { createQueueClock } from "../../src/queue/queue-clock.ts";
import { cancelCommand } from "../../src/queue/cancel.ts";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { at, commandOf, handClock, leaseMs, put, start, statesOf, succeeded, workersAtHand } from "./queue-at-hand.ts";

/** Who has a command, and what becomes of it when its worker does not come back. */
export function exerciseQueueLeases(makeDatabase: MakeDatabase): void {
  describe("leases", () => {
    test("a command stays with its worker for as long as that renews its lease", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const id = await put(one, clock);
      const [working, watching] = [workersAtHand(one, clock), workersAtHand(other, clock)];
      await working.turnAll();

      for (let second = 0; second < 300; second += 5) {
        clock.pass(5000);
        await working.look();
        expect(await watching.rescue()).toBe(0);
      }
      await working.end(id);

      expect(await commandOf(one, id)).toMatchObject({ state: "succeeded", attempt: 1, fence: 1 });
    });

    test("a command whose worker fell silent goes to another after 30 seconds, and what the first one says then does not count", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const id = await put(one, clock);
      const [silent, second] = [workersAtHand(one, clock), workersAtHand(other, clock)];
      await silent.turnAll();

      await second.rescue();
      clock.pass(leaseMs - 1);
      expect(await second.rescue()).toBe(0);
      clock.pass(1);
      expect(await second.rescue()).toBe(1);
      await second.turnAll();
      expect(second.begun).toEqual([id]);
      await silent.end(id, { kind: "failed", code: "GIT_FAILED", because: "A late word." });
      expect((await commandOf(one, id)).state).toBe("running");
      await second.end(id);

      expect(await commandOf(one, id)).toMatchObject({ state: "succeeded", attempt: 2, crashes: 1, fence: 2 });
      expect((await one.commands.history(id)).map(({ move }) => move)).toEqual(["enqueue", "rescue", "succeed"]);
    });

    test("who lost the lease is told so at the next look, and stops", async () => {
      await using database = await makeDatabase();
      const [one, other] = await database.openTwo();
      const clock = handClock();
      const id = await put(one, clock);
      const [slow, quick] = [workersAtHand(one, clock), workersAtHand(other, clock, { isGone: () => true })];
      await slow.turnAll();
      const signal = slow.working.get(id)?.signal;

      await quick.rescue();
      await quick.turnAll();
      clock.pass(leaseMs / 3);
      await slow.look();

      expect(signal?.reason).toMatchObject({ kind: "lease-lost" });
      expect(slow.claims()).toBe(0);
      expect(quick.running()).toBe(1);
    });

    test("what a process that is known to be gone had is given back at once", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      const dead = workersAtHand(store, clock);
      await dead.turnAll();
      const next = workersAtHand(store, clock, { isGone: (owner) => owner === dead.deps.owner });

      expect(await next.rescue()).toBe(1);
      await next.turnAll();

      expect(next.begun).toEqual([id]);
    });

    test("a claim that a process does not know it has is given back", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      await put(store, clock);
      const workers = workersAtHand(store, clock);
      // As when the answer to the commit was lost.
      await store.commandClaims.claim({
        type: "create_pull_request",
        limit: 1,
        owner: workers.deps.owner,
        leaseMs,
        now: clock.now(),
      });

      expect(await workers.rescue()).toBe(1);
      await workers.turnAll();

      expect(workers.running()).toBe(1);
    });

    test("a command that is cancelled when its worker dies has ended", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { workflowId: "SCRUM-1" });
      await workersAtHand(store, clock).turnAll();
      await store.transaction((queries) => cancelCommand(id, { actor: "ann" }, queries, clock));

      await workersAtHand(store, clock, { isGone: () => true }).rescue();

      expect(await commandOf(store, id)).toMatchObject({
        state: "cancelled",
        outcome_because: "It was cancelled while it ran, and its worker is gone.",
      });
      expect((await store.workflows.get("SCRUM-1"))?.state).toBe("cancelled");
    });

    test("a crash never costs the last attempt, a second one makes it wait, and the tenth ends it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock, { attemptsMax: 2 });

      const lives: [state: string, attempt: number, waitsSeconds: number][] = [];
      for (let crash = 1; crash <= 10; crash += 1) {
        await workersAtHand(store, clock).turnAll();
        await workersAtHand(store, clock, { isGone: () => true }).rescue();
        const { state, attempt, available_at } = await commandOf(store, id);
        lives.push([state, attempt, (Date.parse(available_at) - Date.parse(clock.now())) / 1000]);
        clock.pass(90_000);
      }

      expect(lives.slice(0, 4)).toEqual([
        ["queued", 1, 0],
        ["queued", 1, 10],
        ["queued", 1, 30],
        ["queued", 1, 90],
      ]);
      expect(await commandOf(store, id)).toMatchObject({ state: "failed", outcome_code: "WORKER_FAILED" });
    });

    test("what runs is handed back when its process stops, and that costs no attempt", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const [quick, hung] = [
        await put(store, clock, { repository: "a" }),
        await put(store, clock, { repository: "b" }),
      ];
      const waiting = await put(store, clock, { repository: "a" });
      const workers = workersAtHand(store, clock);
      await workers.turnAll();

      workers.close();
      await workers.end(quick);
      workers.interrupt();
      const reason: unknown = workers.working.get(hung)?.signal.reason;
      clock.pass(3000);
      await workers.look();
      await workers.turnAll();

      expect(reason).toMatchObject({ kind: "stopping" });
      expect(workers.claims()).toBe(0);
      expect(await statesOf(store, [quick, hung, waiting])).toEqual(["succeeded", "queued", "queued"]);
      expect(await commandOf(store, hung)).toMatchObject({ attempt: 0, crashes: 0, lease_owner: null });
    });

    test("when the store is gone for a whole lease, what runs is stopped: another may have it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const clock = handClock();
      const id = await put(store, clock);
      let isGone = false;
      const commandLeases: Store["commandLeases"] = {
        ...store.commandLeases,
        extend: (...asked) => (isGone ? Promise.reject(gone) : store.commandLeases.extend(...asked)),
      };
      const workers = workersAtHand({ ...store, commandLeases }, clock);
      await workers.turnAll();
      const signal = workers.working.get(id)?.signal;

      isGone = true;
      clock.pass(leaseMs - 1);
      await expect(workers.look()).rejects.toBe(gone);
      expect(signal?.aborted).toBe(false);
      clock.pass(1);
      await expect(workers.look()).rejects.toBe(gone);

      expect(signal?.reason).toMatchObject({ kind: "lease-lost" });
    });
  });

  describe("a clock that is set", () => {
    test("a day ahead or back ends no lease and makes none endless", async () => {
      for (const jumpMs of [24 * 3_600_000, -24 * 3_600_000]) {
        await using database = await makeDatabase();
        const [one, other] = await database.openTwo();
        let steady = 0;
        let wall = start;
        const clockOf = () => createQueueClock("sqlite", { clock: () => new Date(wall), steadyMs: () => steady });
        const id = await put(one, clockOf());
        const [working, watching] = [workersAtHand(one, clockOf()), workersAtHand(other, clockOf())];
        await working.turnAll();

        // A process that began after the jump never knew another time.
        wall += jumpMs;
        const late = workersAtHand(other, clockOf());
        for (let second = 0; second < 60; second += 5) {
          steady += 5000;
          wall += 5000;
          await working.look();
          expect([await watching.rescue(), await late.rescue()]).toEqual([0, 0]);
        }
        steady += leaseMs;
        expect(await late.rescue()).toBe(1);
        expect((await commandOf(one, id)).state).toBe("queued");
      }
    });

    test("back leaves what waits for its time no longer than it should wait", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      let [steady, wall] = [0, start];
      const newClock = () => createQueueClock("sqlite", { clock: () => new Date(wall), steadyMs: () => steady });
      const clock = newClock();
      const id = await put(store, clock);
      const workers = workersAtHand(store, clock);
      await workers.turnAll();
      await workers.end(id, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });

      wall -= 24 * 3_600_000;
      steady += 10_000;
      // This process counts on; one that starts anew sees that the row is from a time that has not been.
      await workers.turnAll();
      expect(workers.begun).toEqual([id, id]);
      await workers.end(id, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "502" });
      const anew = workersAtHand(store, newClock());
      await anew.rescue();
      await anew.turnAll();

      expect(anew.begun).toEqual([id]);
    });
  });

  describe("two workers in every order of their steps", () => {
    test("only who holds a command ends it, and it ends once", { timeout: 180_000 }, async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      const { ended, refused, wrong } = await tryEveryOrder(store, (id, fence) => endWith(store, id, fence));

      expect(wrong).toBe(0);
      expect(ended).toBeGreaterThan(500);
      expect(refused).toBeGreaterThan(50);
    });

    test(
      "without the fence, a late word ends what another one does (so the test above can fail)",
      { timeout: 180_000 },
      async () => {
        await using database = await makeDatabase();
        const store = await database.open();

        const { wrong } = await tryEveryOrder(store, async (id) => {
          const current = (await store.commandLeases.list()).find((lease) => lease.id === id);
          return current !== undefined && endWith(store, id, current.fence);
        });

        expect(wrong).toBeGreaterThan(wrongEnough);
      },
    );
  });
}

const gone = new PullwrightError("STORE_UNAVAILABLE", "gone");

const steps = ["a claims", "b claims", "the lease ends", "a ends it", "b ends it"] as const;

/** Nobody needs to see more. */
const wrongEnough = 10;

type Tally = { ended: number; refused: number; wrong: number };

/** Every sequence of five of the steps, each on a command of its own. Wrong is an end by one who does not hold the command, or a second end. */
async function tryEveryOrder(store: Store, end: (id: number, fence: number) => Promise<boolean>): Promise<Tally> {
  const clock = handClock();
  const tally: Tally = { ended: 0, refused: 0, wrong: 0 };
  for (let order = 0; order < steps.length ** 5; order += 1) {
    const sequence = Array.from(
      { length: 5 },
      (_, index) => steps[Math.floor(order / steps.length ** index) % steps.length],
    );
    // Both are alike: the one who claims first is called a.
    if (sequence.find((step) => step?.endsWith("claims"))?.startsWith("b")) continue;
    // Only what can end at all is worth a try.
    if (
      !sequence.some(
        (step, index) =>
          step?.endsWith("ends it") && sequence.slice(0, index).includes(`${step[0] as "a" | "b"} claims`),
      )
    )
      continue;
    await tryOrder(sequence, store, clock, end, tally);
    if (tally.wrong > wrongEnough) break;
  }
  return tally;
}

async function tryOrder(
  sequence: (string | undefined)[],
  store: Store,
  clock: ReturnType<typeof handClock>,
  end: (id: number, fence: number) => Promise<boolean>,
  tally: Tally,
): Promise<void> {
  const id = await put(store, clock, { workflowId: "SCRUM-1", writes: false });
  const fences = new Map<string, number>();
  let holder: string | null = null;
  let hasEnded = false;
  for (const step of sequence) {
    const who = step?.[0] ?? "";
    if (step?.endsWith("claims")) {
      const [claimed] = await store.commandClaims.claim({
        type: "create_pull_request",
        limit: 1,
        owner: who,
        leaseMs,
        now: at(0),
      });
      if (claimed === undefined) continue;
      fences.set(who, claimed.fence);
      holder = who;
    } else if (step === "the lease ends") {
      const lease = (await store.commandLeases.list()).find((one) => one.id === id);
      if (lease === undefined) continue;
      const again = { afterMs: 0, attempt: 1, waits: 0, crashes: 1 };
      await store.commandLeases.end(
        [{ ...lease, ending: { to: "queued", code: null, because: "gone", again } }],
        at(0),
      );
      holder = null;
    } else {
      const fence = fences.get(who);
      if (fence === undefined) continue;
      const isEnd = await end(id, fence);
      if (isEnd && (holder !== who || hasEnded)) tally.wrong += 1;
      if (isEnd) {
        tally.ended += 1;
        hasEnded = true;
        holder = null;
      } else tally.refused += 1;
    }
  }
  // Out of the way of the next.
  const left = (await store.commandLeases.list()).find((one) => one.id === id);
  if (left !== undefined) await endWith(store, id, left.fence);
  await store.commands.cancelQueued(id, "The next one's turn.", at(0));
}

async function endWith(store: Store, id: number, fence: number): Promise<boolean> {
  const ending = { to: "succeeded", code: null, because: succeeded.because } as const;
  return (await store.commandLeases.end([{ id, fence, ending }], at(0))).includes(id);
}

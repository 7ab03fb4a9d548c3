import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBodyBudget } from "./body-budget.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("bytes are taken while there is room and given back", () => {
  const budget = createBodyBudget({ bytesMax: 80 });

  expect([budget.tryTake(50, "small"), budget.tryTake(50, "small")]).toEqual([true, false]);
  budget.giveBack(50);
  expect(budget.tryTake(50, "small")).toBe(true);
});

test("large bodies leave an eighth of the room to small ones", () => {
  const budget = createBodyBudget({ bytesMax: 80 });

  expect([budget.tryTake(70, "large"), budget.tryTake(1, "large"), budget.tryTake(10, "small")]).toEqual([
    true,
    false,
    true,
  ]);
});

test("a body that is larger than the room there is gets its turn alone", () => {
  const budget = createBodyBudget({ bytesMax: 80 });
  const order: string[] = [];
  budget.tryTake(10, "small");
  budget.wait(100, "large", (taken) => order.push(`large ${taken}`));

  budget.giveBack(10);

  expect(order).toEqual(["large true"]);
  expect(budget.inUse()).toBe(100);
});

test("those who wait are served in the order in which they came, and nobody of their size passes them", () => {
  const budget = createBodyBudget({ bytesMax: 80 });
  const order: string[] = [];
  budget.tryTake(60, "large");
  budget.wait(40, "large", () => order.push("first"));
  budget.wait(5, "large", () => order.push("second"));

  expect(budget.tryTake(1, "large")).toBe(false);
  budget.giveBack(60);

  expect(order).toEqual(["first", "second"]);
});

test("who leaves the line makes room for the next", () => {
  const budget = createBodyBudget({ bytesMax: 80 });
  const order: string[] = [];
  budget.tryTake(60, "large");
  const leave = budget.wait(40, "large", () => order.push("first"));
  budget.wait(5, "large", () => order.push("second"));

  leave();
  leave();

  expect(order).toEqual(["second"]);
});

test("a wait ends after its time, and a line that is full ends it at once", () => {
  const budget = createBodyBudget({ bytesMax: 80, waitMsMax: 5_000, waitersMax: 1 });
  const order: string[] = [];
  budget.tryTake(80, "small");
  budget.wait(1, "small", (taken) => order.push(`in line ${taken}`));
  budget.wait(1, "small", (taken) => order.push(`too many ${taken}`));
  expect(order).toEqual([]);

  vi.advanceTimersByTime(1);
  expect(order).toEqual(["too many false"]);
  vi.advanceTimersByTime(5_000);

  expect(order).toEqual(["too many false", "in line false"]);
  budget.giveBack(80);
  expect(budget.inUse()).toBe(0);
});

test("whatever is taken, waited for, left and given back, the room is never overdrawn and comes back whole", () => {
  const act = fc.record({
    bytes: fc.integer({ min: 1, max: 60 }),
    size: fc.constantFrom<"small" | "large">("small", "large"),
    does: fc.constantFrom("take", "wait", "give", "leave", "time"),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      const budget = createBodyBudget({ bytesMax: 80, waitersMax: 4 });
      const held: number[] = [];
      const leaves: (() => void)[] = [];
      for (const { bytes, size, does } of acts) {
        if (does === "take" && budget.tryTake(bytes, size)) held.push(bytes);
        if (does === "wait") leaves.push(budget.wait(bytes, size, (taken) => void (taken && held.push(bytes))));
        if (does === "give" && held.length > 0) budget.giveBack(held.shift() as number);
        if (does === "leave") leaves.shift()?.();
        if (does === "time") vi.advanceTimersByTime(5_000);
        expect(budget.inUse()).toBeLessThanOrEqual(80);
        expect(budget.inUse()).toBe(held.reduce((sum, each) => sum + each, 0));
      }
      for (const leave of leaves) leave();
      while (held.length > 0) budget.giveBack(held.shift() as number);
      expect(budget.inUse()).toBe(0);
    }),
  );
});

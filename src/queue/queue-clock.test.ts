import fc from "fast-check";
import { expect, test } from "vitest";
import { createQueueClock, msUntil } from "./queue-clock.ts";

const start = Date.parse("2026-01-02T03:00:00.000Z");
const dayMs = 24 * 3_600_000;

test("the queue's time never goes back, however the machine's clock is set", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ passMs: fc.nat(100_000), setMs: fc.integer({ min: -dayMs, max: dayMs }) })),
      (steps) => {
        let [wall, steady] = [start, 0];
        const clock = createQueueClock("sqlite", { clock: () => new Date(wall), steadyMs: () => steady });

        let last = Date.parse(clock.now());
        for (const { passMs, setMs } of steps) {
          steady += passMs;
          wall += passMs + setMs;
          const now = Date.parse(clock.now());
          // At least as much later as has truly passed, so that nothing waits longer than it should.
          expect(now - last).toBeGreaterThanOrEqual(setMs < 0 ? passMs + Math.min(0, setMs) : passMs);
          expect(now).toBeGreaterThanOrEqual(last);
          last = now;
        }
      },
    ),
  );
});

test("set back, it goes on counting", () => {
  let [wall, steady] = [start, 0];
  const clock = createQueueClock("sqlite", { clock: () => new Date(wall), steadyMs: () => steady });
  const before = clock.now();

  wall -= dayMs;
  steady += 5000;
  wall += 5000;

  expect(msUntil(clock.now(), { now: () => before })).toBe(5000);
});

test("on PostgreSQL the server's clock is written down, on SQLite the process's own", () => {
  const deps = { clock: () => new Date(start), steadyMs: () => 0 };

  expect(createQueueClock("postgres", deps).forStore()).toBeNull();
  expect(createQueueClock("sqlite", deps).forStore()).toBe("2026-01-02T03:00:00.000Z");
});

test("what is past is due now", () => {
  const clock = { now: () => "2026-01-02T03:00:00.000Z" };

  expect(msUntil("2026-01-02T02:00:00.000Z", clock)).toBe(0);
  expect(msUntil("2026-01-02T03:00:01.500Z", clock)).toBe(1500);
});

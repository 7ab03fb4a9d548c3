import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("attempts are about 10, 30 and 90 seconds apart, and no further", () => {
  expect([1, 2, 3, 4, 100].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([
    10_000, 30_000, 90_000, 90_000, 90_000,
  ]);
});

test("no delay is more than a fifth away from its middle, and what failed together comes back apart", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (random) => {
      const delay = backoffMs(2, () => random);

      expect(delay).toBeGreaterThanOrEqual(24_000);
      expect(delay).toBeLessThanOrEqual(36_000);
    }),
  );
  expect(backoffMs(1, () => 0)).not.toBe(backoffMs(1, () => 0.9));
});

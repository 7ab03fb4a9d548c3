import { expect, test } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

test("an address that sent its share waits for the next minute, others do not", () => {
  let ms = 30_000;
  const limit = createRateLimit(2, () => ms);

  expect([limit("a").allowed, limit("a").allowed, limit("a").allowed, limit("b").allowed]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  expect(limit("a").retryAfterSeconds).toBe(30);
  ms = 60_000;
  expect(limit("a").allowed).toBe(true);
});

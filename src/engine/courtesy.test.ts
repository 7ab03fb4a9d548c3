import { expect, test } from "vitest";
import { createCourtesy } from "./courtesy.ts";

const never = new AbortController().signal;

test("a sender's batch is followed by a short pause, a large body by a long one that a small one does not shorten", () => {
  let now = 0;
  const courtesy = createCourtesy(() => now);
  expect(courtesy.isBusy()).toBe(false);

  courtesy.accepted(20_000);
  expect(courtesy.isBusy()).toBe(true);
  now = 5;
  expect(courtesy.isBusy()).toBe(false);

  courtesy.accepted(25 * 1024 * 1024);
  now = 100;
  courtesy.accepted(20_000);
  now = 499;
  expect(courtesy.isBusy()).toBe(true);
  now = 505;
  expect(courtesy.isBusy()).toBe(false);
});

test("the digester's turn comes although senders never pause", async () => {
  const clock = { now: 0 };
  const courtesy = createCourtesy(() => (clock.now += 1));
  courtesy.accepted(1);
  const sending = setInterval(() => courtesy.accepted(1), 0);

  await courtesy.stepBack(never);
  clearInterval(sending);

  expect(clock.now).toBeGreaterThan(250);
});

test("a digester that stops waits for nobody", async () => {
  const courtesy = createCourtesy(() => 0);
  courtesy.accepted(25 * 1024 * 1024);
  const stopping = new AbortController();
  stopping.abort();

  await courtesy.stepBack(stopping.signal);

  expect(courtesy.isBusy()).toBe(true);
});

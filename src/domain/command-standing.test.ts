import { expect, test } from "vitest";
import { commandStanding } from "./command-standing.ts";

const now = "2026-01-02T03:00:00.000Z";
const later = "2026-01-02T03:00:30.000Z";

const queued = {
  state: "queued" as const,
  paused: false,
  available_at: now,
  cancel_requested_at: null,
  outcome_code: null,
  outcome_because: null,
  started_at: null,
};

test("a command that may start is next", () => {
  expect(commandStanding(queued, now)).toEqual({ kind: "is-next" });
});

test("one that waits says for what, and until when", () => {
  const limited = {
    ...queued,
    available_at: later,
    outcome_code: "FORGE_RATE_LIMITED",
    outcome_because: "GitHub asked us to wait.",
  };

  expect(commandStanding(limited, now)).toEqual({
    kind: "waits",
    code: "FORGE_RATE_LIMITED",
    because: "GitHub asked us to wait.",
    until: later,
  });
});

test("one whose time has come no longer waits for what it waited for", () => {
  expect(commandStanding({ ...queued, outcome_because: "GitHub asked us to wait." }, later)).toEqual({
    kind: "is-next",
  });
});

test("what belongs to a paused workflow waits for that, whatever its own time is", () => {
  expect(commandStanding({ ...queued, paused: true, available_at: later }, now)).toEqual({ kind: "paused" });
});

test("one that runs says since when, not how the attempt before it ended", () => {
  const again = { ...queued, state: "running" as const, started_at: now, outcome_because: "GitHub answered 502." };

  expect(commandStanding(again, later)).toEqual({ kind: "runs", since: now });
  expect(commandStanding({ ...again, cancel_requested_at: later }, later)).toEqual({ kind: "stops" });
});

test.each(["succeeded", "failed", "skipped", "cancelled"] as const)("one that %s says why", (state) => {
  const ended = { ...queued, state, outcome_code: "BRANCH_EXISTS", outcome_because: "The branch is another's." };

  expect(commandStanding(ended, now)).toEqual({
    kind: "ended",
    code: "BRANCH_EXISTS",
    because: "The branch is another's.",
  });
});

import { describe, expect, test } from "vitest";
import type { ClaimedCommand } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import { ForgeCallError } from "../forges/forge-call-error.ts";
import { outcomeOfForgeError } from "./outcome-of-forge-error.ts";

const now = "2026-01-02T03:04:05.000Z";
const inAMinute = "2026-01-02T03:05:05.000Z";
const inAQuarter = "2026-01-02T03:19:05.000Z";

const outcomeOf = (error: unknown, createdAt = now) =>
  outcomeOfForgeError(error, { createdAt } as ClaimedCommand, () => new Date(now));

describe("what is no fault of the work", () => {
  test("waits as long as the forge said", () => {
    const limited = new ForgeCallError("rate", "FORGE_RATE_LIMITED", "Wait.", { waitUntil: inAQuarter });
    expect(outcomeOf(limited)).toMatchObject({ kind: "wait", until: inAQuarter, because: "Wait." });
  });

  test("looks every minute whether a credential that rests was replaced, since that sends nothing", () => {
    const resting = new ForgeCallError("credential", "FORGE_CREDENTIAL_REFUSED", "It rests.", {
      waitUntil: inAQuarter,
    });
    expect(outcomeOf(resting)).toMatchObject({ kind: "wait", until: inAMinute });
    const forbidden = new ForgeCallError("credential", "FORGE_FORBIDDEN", "It rests.", { waitUntil: inAQuarter });
    expect(outcomeOf(forbidden)).toMatchObject({ kind: "wait", code: "FORGE_FORBIDDEN", until: inAMinute });
  });

  test("waits a minute where nobody said how long", () => {
    expect(outcomeOf(new PullwrightError("SECRET_NOT_FOUND", "No file."))).toMatchObject({ until: inAMinute });
  });

  test("waits when it may not look, and ends when it may not write", () => {
    const look = new ForgeCallError("permission", "FORGE_FORBIDDEN", "No.", { waitUntil: inAQuarter });
    const write = new ForgeCallError("permission", "FORGE_FORBIDDEN", "No.");
    expect(outcomeOf(look)).toMatchObject({ kind: "wait", until: inAQuarter });
    expect(outcomeOf(write)).toBeNull();
  });

  test("waits a day for a forge that cannot be reached, and no longer", () => {
    const unreachable = new ForgeCallError("not-sent", "FORGE_UNREACHABLE", "No route.");
    expect(outcomeOf(unreachable)).toMatchObject({ kind: "wait" });
    expect(outcomeOf(unreachable, "2026-01-01T03:04:05.000Z")).toMatchObject({ kind: "failed" });
  });
});

test("what is the work's own ends the attempt", () => {
  expect(outcomeOf(new PullwrightError("EMPTY_DIFF", "Nothing."))).toBeNull();
  expect(outcomeOf(new Error("a bug"))).toBeNull();
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clear,
  type CredentialStanding,
  endWriteTurn,
  forbid,
  freshStanding,
  pause,
  takeWriteTurn,
  type WriteLimits,
} from "./credential-standing.ts";

const limits: WriteLimits = { gapMs: 1000, perMinute: 80, perHour: 500, turnMs: 45_000 };
const startMs = Date.parse("2026-11-20T12:00:00.000Z");
const at = (ms: number): string => new Date(startMs + ms).toISOString();

describe("turns to write", () => {
  test("one at a time", () => {
    const first = takeWriteTurn(freshStanding, at(0), limits);

    expect(first.answer).toEqual({ kind: "taken", turn: at(45_000) });
    expect(takeWriteTurn(first.standing, at(5000), limits).answer).toEqual({ kind: "busy", until: at(45_000) });
  });

  test("a second apart", () => {
    const first = takeWriteTurn(freshStanding, at(0), limits);
    const ended = endWriteTurn(first.standing, at(45_000));

    expect(takeWriteTurn(ended, at(400), limits).answer).toEqual({ kind: "wait", until: at(1000) });
    expect(takeWriteTurn(ended, at(1000), limits).answer.kind).toBe("taken");
  });

  test("of the dead are taken over, and cannot be given back by them", () => {
    const first = takeWriteTurn(freshStanding, at(0), limits);
    const second = takeWriteTurn(first.standing, at(45_000), limits);

    expect(second.answer.kind).toBe("taken");
    expect(endWriteTurn(second.standing, at(45_000))).toEqual(second.standing);
  });

  test("do not stop for a day because the clock was set back by one", () => {
    const tomorrow = takeWriteTurn(freshStanding, at(86_400_000), limits).standing;

    expect(takeWriteTurn(tomorrow, at(0), limits).answer.kind).toBe("taken");
  });

  test("never are more than fit into any minute and any hour", () => {
    const small = { gapMs: 500, perMinute: 5, perHour: 12, turnMs: 45_000 };
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 90_000 }), { maxLength: 120 }), (pauses) => {
        let standing: CredentialStanding = freshStanding;
        let nowMs = 0;
        const sentMs: number[] = [];
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          const asked = takeWriteTurn(standing, at(nowMs), small);
          standing = asked.standing;
          if (asked.answer.kind !== "taken") continue;
          sentMs.push(nowMs);
          standing = endWriteTurn(standing, asked.answer.turn);
        }

        for (const [index, sent] of sentMs.entries()) {
          expect(sent - (sentMs[index - 1] ?? -Infinity)).toBeGreaterThanOrEqual(small.gapMs);
          expect(sent - (sentMs[index - small.perMinute] ?? -Infinity)).toBeGreaterThanOrEqual(60_000);
          expect(sent - (sentMs[index - small.perHour] ?? -Infinity)).toBeGreaterThanOrEqual(3_600_000);
        }
      }),
    );
  });

  test("that are named as free are free then", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30_000 }), { minLength: 1, maxLength: 60 }), (pauses) => {
        let standing: CredentialStanding = freshStanding;
        let nowMs = 0;
        for (const pauseMs of pauses) {
          nowMs += pauseMs;
          let asked = takeWriteTurn(standing, at(nowMs), { ...limits, perMinute: 4, perHour: 9 });
          if (asked.answer.kind === "wait") {
            nowMs = Date.parse(asked.answer.until) - startMs;
            asked = takeWriteTurn(asked.standing, at(nowMs), { ...limits, perMinute: 4, perHour: 9 });
          }
          expect(asked.answer.kind).toBe("taken");
          standing = asked.answer.kind === "taken" ? endWriteTurn(asked.standing, asked.answer.turn) : asked.standing;
        }
      }),
    );
  });
});

test("of two waits the longer one holds, and both are counted", () => {
  const once = forbid(freshStanding, { until: at(60_000), because: "a", isStrike: true });
  const twice = forbid(once, { until: at(5000), because: "b", isStrike: true });

  expect(twice).toMatchObject({ forbiddenUntil: at(60_000), forbiddenBecause: "a", strikes: 2 });
});

test("a good answer forgives strikes and pauses, and forgets neither the window nor what was written", () => {
  const { standing } = takeWriteTurn(freshStanding, at(0), limits);
  const bad = pause(forbid(standing, { until: at(60_000), because: "a", isStrike: true }), {
    until: at(9),
    because: "b",
  });

  expect(clear(bad)).toMatchObject({
    forbiddenUntil: at(60_000),
    writesAt: [at(0)],
    strikes: 0,
    pauses: 0,
    pausedUntil: null,
  });
});

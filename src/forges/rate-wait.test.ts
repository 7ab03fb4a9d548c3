import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exhaustedWaitMs, rateWaitMs } from "./rate-wait.ts";

const now = Date.parse("2026-11-20T12:00:00.000Z");
const seconds = (headers: Record<string, string>, strikes = 0) => rateWaitMs(new Headers(headers), now, strikes) / 1000;

describe("how long a forge wants to be left alone", () => {
  test.each([
    ["as many seconds as it names", { "retry-after": "17" }, 17],
    ["until the date that it names", { "retry-after": "Fri, 20 Nov 2026 12:01:30 GMT" }, 90],
    [
      "until that date by its own clock",
      { "retry-after": "Fri, 20 Nov 2026 12:01:30 GMT", date: "Fri, 20 Nov 2026 12:01:00 GMT" },
      30,
    ],
    ["a second at least", { "retry-after": "0" }, 1],
    ["a second where the date is past", { "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 1],
    ["an hour at most", { "retry-after": "999999" }, 3600],
    ["a minute where it names nothing that makes sense", { "retry-after": "soon" }, 60],
    ["a minute for a negative number", { "retry-after": "-5" }, 60],
    ["a minute for half a second", { "retry-after": "0.5" }, 60],
    [
      "until the second after its window",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 100) },
      101,
    ],
    [
      "until then by its own clock",
      {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(now / 1000 + 700),
        date: "Fri, 20 Nov 2026 12:10:00 GMT",
      },
      101,
    ],
    ["until then in GitLab's words", { "ratelimit-remaining": "0", "ratelimit-reset": String(now / 1000 + 9) }, 10],
    [
      "a minute where the window is not used up",
      { "x-ratelimit-remaining": "5", "x-ratelimit-reset": String(now / 1000 + 900) },
      60,
    ],
    [
      "a minute where the window's end makes no sense",
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "later" },
      60,
    ],
    ["a minute where it says nothing", {}, 60],
  ])("%s", (_how, headers, expected) => {
    expect(seconds(headers)).toBe(expected);
  });

  test("twice as long each time where it says nothing, up to an hour", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 100].map((strikes) => seconds({}, strikes))).toEqual([
      60, 120, 240, 480, 960, 1920, 3600, 3600, 3600,
    ]);
  });

  test("longer than it says when it has said so again and again", () => {
    expect([0, 1, 2, 3].map((strikes) => seconds({ "retry-after": "1" }, strikes))).toEqual([1, 1, 240, 480]);
  });

  test("between a second and an hour, whatever it says", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.nat(), (retryAfter, remaining, reset, strikes) => {
        const headers = new Headers();
        for (const [name, value] of [
          ["retry-after", retryAfter],
          ["x-ratelimit-remaining", remaining],
          ["x-ratelimit-reset", reset],
        ] as const)
          if (/^[\x20-\x7e]*$/.test(value)) headers.set(name, value);

        const waitMs = rateWaitMs(headers, now, strikes);

        expect(waitMs).toBeGreaterThanOrEqual(1000);
        expect(waitMs).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });
});

test("a good answer that was the last one says when the next may be asked for", () => {
  const last = new Headers({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(now / 1000 + 5) });

  expect(exhaustedWaitMs(last, now)).toBe(6000);
  expect(exhaustedWaitMs(new Headers({ "x-ratelimit-remaining": "1" }), now)).toBeNull();
  expect(exhaustedWaitMs(new Headers(), now)).toBeNull();
});

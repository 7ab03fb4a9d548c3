import { describe, expect, test } from "vitest";
import type { CredentialStandings } from "../../src/domain/credential-standing.ts";
import { createForgeCaller, type ForgeCallerDeps, type ForgeCallerOptions } from "../../src/forges/call-policy.ts";
import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import {
  type ForgeAnswer,
  type ForgeFetch,
  ForgeFetchFailure,
  type ForgeRequest,
} from "../../src/forges/forge-fetch.ts";
import type { ForgeCall } from "../../src/forges/forge-call.ts";
import { createRedact } from "../../src/redact/redact.ts";
import { errorOf } from "../conformance/forge-session.ts";

/** What the forge does with the next request; `send` goes past the point at which a request can still be stopped. */
type Turn = (request: ForgeRequest, send: () => void) => Promise<ForgeAnswer> | ForgeAnswer;

const ok =
  (headers: Record<string, string> = {}): Turn =>
  (_request, send) => {
    send();
    return answer(200, {}, headers);
  };
const says =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}): Turn =>
  (_request, send) => {
    send();
    return answer(status, body, headers);
  };
const unreachable: Turn = () => {
  throw new ForgeFetchFailure(false, "unreachable", "connect ECONNREFUSED");
};

function answer(status: number, body: unknown, headers: Record<string, string> = {}): ForgeAnswer {
  return {
    status,
    headers: new Headers({ "content-type": "application/json", ...headers }),
    body: JSON.stringify(body),
    url: "https://forge.example/x",
    redirected: false,
  };
}

function setUp(turns: Turn[], more: { options?: Partial<ForgeCallerOptions>; deps?: Partial<ForgeCallerDeps> } = {}) {
  let nowMs = Date.parse("2026-11-20T12:00:00.000Z");
  const startMs = nowMs;
  const sentAt: number[] = [];
  const waits: number[] = [];
  const fetch: ForgeFetch = async (request) => {
    const turn = turns.shift();
    if (turn === undefined) throw new Error("The forge was asked more often than it should be");
    return await turn(request, () => {
      request.beforeSend?.();
      sentAt.push(nowMs - startMs);
    });
  };
  const deps: ForgeCallerDeps = {
    fetch,
    standings: createCredentialStandings(),
    redact: createRedact(["hunter2-hunter2"]),
    now: () => new Date(nowMs),
    wait: async (ms) => {
      waits.push(ms);
      nowMs += ms;
    },
    random: () => 0.5,
    onSkew: () => {},
    ...more.deps,
  };
  const call = createForgeCaller(
    { title: "Forge", authorize: (token) => ({ authorization: token }), ...more.options },
    deps,
  );
  const ask = (call_: Partial<ForgeCall<string>> = {}) =>
    call({
      what: "Asking",
      kind: "read",
      credential: async () => ({ token: "t", fingerprint: "f" }),
      send: async (fetch_) => (await fetch_("https://forge.example/x")).json(),
      accept: () => "value",
      ...call_,
    });
  return { ask, sentAt, waits, turns, deps, advance: (ms: number) => void (nowMs += ms), now: () => nowMs };
}

describe("a call that does not reach the forge", () => {
  test.each(["read", "write"] as const)("is made again: a %s", async (kind) => {
    const { ask, waits } = setUp([unreachable, unreachable, ok()]);

    expect(await ask({ kind })).toBe("value");
    expect(waits.filter((ms) => ms > 1000).length + waits.filter((ms) => ms === 1000).length).toBeGreaterThanOrEqual(2);
  });

  test("is given up after three times, and said to be harmless", async () => {
    const { ask, turns } = setUp([unreachable, unreachable, unreachable, ok()]);

    expect(await errorOf(ask({ kind: "write" }))).toMatchObject({ kind: "not-sent", code: "FORGE_UNREACHABLE" });
    expect(turns).toHaveLength(1);
  });

  test("is not even made after five in a row, but for one a minute", async () => {
    const { ask, turns, advance } = setUp([...Array<Turn>(6).fill(unreachable), ok(), ok()]);
    await errorOf(ask());
    await errorOf(ask());

    const held = await errorOf(ask());
    expect(held).toMatchObject({ kind: "not-sent", code: "FORGE_UNREACHABLE", waitUntil: expect.any(String) });
    expect(turns).toHaveLength(3);

    advance(60_000);
    expect((await errorOf(ask())).kind).toBe("not-sent");
    expect(turns).toHaveLength(2);

    advance(60_000);
    expect(await ask()).toBe("value");
    expect(await ask()).toBe("value");
  });
});

describe("a window in which the forge wants no request", () => {
  test("stops a request whose connection was being made when it was named", async () => {
    const connecting: (() => void)[] = [];
    const waiting: (() => void)[] = [];
    const slowToConnect: Turn = async (_request, send) => {
      await new Promise<void>((resolve) => connecting.push(resolve));
      send();
      return answer(200, {});
    };
    const run = setUp([slowToConnect, says(429, {}, { "retry-after": "20" }), ok(), ok()], {
      deps: {
        wait: (ms) =>
          new Promise((resolve) => {
            waiting.push(() => {
              if (run.now() < Date.parse("2026-11-20T12:00:20.000Z")) run.advance(ms);
              resolve();
            });
          }),
      },
    });

    const first = run.ask();
    await expect.poll(() => connecting.length).toBe(1);
    const second = run.ask();
    await expect.poll(() => waiting.length).toBe(1);
    connecting[0]?.();
    await expect.poll(() => waiting.length).toBe(2);
    for (const go of waiting) go();
    await Promise.all([first, second]);

    expect(run.sentAt).toEqual([0, 20_000, 20_000]);
  });

  test("is not forgiven by an answer to what was asked before it", async () => {
    const answering: (() => void)[] = [];
    const slowToAnswer: Turn = async (_request, send) => {
      send();
      await new Promise<void>((resolve) => answering.push(resolve));
      return answer(200, {});
    };
    const { ask, deps } = setUp([slowToAnswer, says(429, {}, { "retry-after": "900" })]);

    const early = ask();
    await expect.poll(() => answering.length).toBe(1);
    await errorOf(ask());
    answering[0]?.();
    await early;

    expect(await deps.standings.read("f")).toMatchObject({ strikes: 1, forbiddenUntil: "2026-11-20T12:15:00.000Z" });
  });

  test("is named by a good answer too, when it was the last one", async () => {
    const reset = String(Date.parse("2026-11-20T12:00:30.000Z") / 1000);
    const { ask, sentAt } = setUp([ok({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset }), ok()]);

    await ask();
    await ask();

    expect(sentAt).toEqual([0, 31_000]);
  });

  test("is twice as long each time when the forge says no time, until it is content", async () => {
    const secondary = says(403, { message: "You have exceeded a secondary rate limit" });
    const { ask, sentAt } = setUp([secondary, secondary, secondary, ok(), secondary, ok()], {
      options: { limits: { wholeMs: 3_600_000, triesMax: 9 } },
    });

    await ask();
    await ask();

    expect(sentAt).toEqual([0, 60_000, 180_000, 420_000, 420_000, 480_000]);
  });

  test("outlives the process", async () => {
    const before = setUp([says(429, {}, { "retry-after": "900" })]);
    await errorOf(before.ask());

    const after = setUp([], { deps: { standings: before.deps.standings } });

    expect(await errorOf(after.ask())).toMatchObject({ kind: "rate", waitUntil: "2026-11-20T12:15:00.000Z" });
  });

  test("does not hold for days because the clock was set back", async () => {
    const standings = createCredentialStandings();
    await standings.forbidUntil("f", { until: "2026-11-22T12:00:00.000Z", because: "x", isStrike: true });

    expect(await setUp([ok()], { deps: { standings } }).ask()).toBe("value");
  });
});

describe("a credential", () => {
  test("that was made a moment ago is shown once more", async () => {
    const { ask, turns } = setUp([says(401), ok()]);
    const credential = async (options?: { refusedToken?: string }) => ({
      token: "new",
      fingerprint: "f",
      isFresh: options?.refusedToken === "new",
    });

    expect(await ask({ credential })).toBe("value");
    expect(turns).toEqual([]);
  });

  test("that was made a moment ago and is refused again comes to rest", async () => {
    const { ask, turns } = setUp([says(401), says(401), ok()]);
    const credential = async () => ({ token: "new", fingerprint: "f", isFresh: true });

    expect(await errorOf(ask({ credential }))).toMatchObject({ kind: "credential" });
    expect(turns).toHaveLength(1);
  });

  test("that comes to rest again and again rests longer, an hour at most", async () => {
    const { ask, advance, now } = setUp(Array<Turn>(5).fill(says(401)));
    const restsMinutes: number[] = [];
    for (let count = 0; count < 5; count += 1) {
      const { waitUntil } = await errorOf(ask());
      const restMs = Date.parse(waitUntil ?? "") - now();
      restsMinutes.push(restMs / 60_000);
      advance(restMs);
    }

    expect(restsMinutes).toEqual([15, 30, 60, 60, 60]);
  });
});

test("what the forge says is in the error, without the secrets in it", async () => {
  const words = "Branch hunter2-hunter2 is protected, see token ghp_0123456789abcdefghijABCDEFGHIJ012345";
  const { ask } = setUp([says(422, { message: "Validation Failed", errors: [{ message: words }] })]);

  const error = await errorOf(ask({ kind: "write", what: "Pushing to hunter2-hunter2" }));

  expect(error.message).toBe(
    "Pushing to [redacted]: Forge answered 422, “Validation Failed: Branch [redacted] is protected, see token [redacted]”.",
  );
  expect(error).toMatchObject({ kind: "refused", code: "FORGE_REFUSED", status: 422 });
});

test.each<[string, ForgeAnswer, string]>([
  [
    "a page",
    { ...answer(200, {}), headers: new Headers({ "content-type": "text/html" }) },
    "is not JSON but text/html",
  ],
  ["nothing", { ...answer(201, {}), body: "" }, "the answer is empty"],
  ["no content", { ...answer(204, {}), body: "" }, "the answer is empty"],
  ["half an object", { ...answer(200, {}), body: '{"half":' }, "could not be read"],
])("it is said what came instead of an answer: %s", async (_what, given, words) => {
  const { ask } = setUp([
    (_request, send) => {
      send();
      return given;
    },
  ]);

  const error = await errorOf(ask({ kind: "write" }));

  expect(error).toMatchObject({ kind: "unknown", code: "FORGE_BAD_RESPONSE" });
  expect(error.message).toContain(words);
});

test("what the organisation asks for is in the error", async () => {
  const { ask } = setUp([
    says(
      403,
      { message: "Resource protected" },
      { "x-github-sso": "required; url=https://github.com/orgs/x/sso?token=SECRET" },
    ),
  ]);

  const { message } = await errorOf(ask());

  expect(message).toContain("single sign-on");
  expect(message).not.toContain("SECRET");
});

test("a store that fails after a write was done does not undo it", async () => {
  const standings: CredentialStandings = {
    ...createCredentialStandings(),
    forbidUntil: async () => Promise.reject(new Error("the store is down")),
    endWriteTurn: async () => Promise.reject(new Error("the store is down")),
  };
  const unstored: unknown[] = [];
  const reset = String(Date.parse("2026-11-20T12:00:30.000Z") / 1000);
  const { ask } = setUp([ok({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset })], {
    deps: { standings, onUnstored: (error) => unstored.push(error) },
  });

  expect(await ask({ kind: "write" })).toBe("value");
  expect(unstored).toHaveLength(2);
});

test("a library that asks twice in one try is stopped, since a write would be two", async () => {
  const { ask, turns } = setUp([ok(), ok()]);

  await expect(
    ask({
      kind: "write",
      send: async (fetch) => {
        await fetch("https://forge.example/x");
        return await fetch("https://forge.example/x");
      },
    }),
  ).rejects.toMatchObject({ kind: "unknown" });
  expect(turns).toHaveLength(1);
});

test("a mistake of ours in reading an answer is no mistake of the forge", async () => {
  const { ask, turns } = setUp([ok(), ok()]);

  await expect(
    ask({
      accept: () => {
        throw new TypeError("ours");
      },
    }),
  ).rejects.toThrow("ours");
  expect(turns).toHaveLength(1);
});

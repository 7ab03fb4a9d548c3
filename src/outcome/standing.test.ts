import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Change, revertedSince } from "./standing.ts";

const at = (minute: number): string => new Date(Date.parse("2026-01-02T00:00:00.000Z") + minute * 60_000).toISOString();
const day = 24 * 60;

function change(id: string, minute: number | null, reverts: string[] = [], say: Partial<Change> = {}): Change {
  return {
    id,
    landedAt: minute === null ? null : at(minute),
    clock: "forge",
    branches: ["main"],
    partOf: null,
    parts: [],
    partsComplete: false,
    reverts,
    ...say,
  };
}

const since = (...changes: Change[]): Record<string, string | null> =>
  Object.fromEntries([...revertedSince(changes)].filter(([, time]) => time !== null));

describe("what stands", () => {
  test("a chain of reverts, each from the moment at which the last one landed", () => {
    const chain = [change("a", 0), change("r1", 1, ["a"]), change("r2", 2, ["r1"]), change("r3", 3, ["r2"])];

    expect(since(...chain.slice(0, 2))).toEqual({ a: at(1) });
    expect(since(...chain.slice(0, 3))).toEqual({ r1: at(2) });
    expect(since(...chain)).toEqual({ a: at(3), r2: at(3) });
  });

  test("what is reverted twice stands only when both reverts are taken back", () => {
    const twice = [change("a", 0), change("r1", 1, ["a"]), change("r2", 2, ["a"])];

    expect(since(...twice)).toEqual({ a: at(1) });
    expect(since(...twice, change("x", 3, ["r1"]))).toEqual({ a: at(2), r1: at(3) });
    expect(since(...twice, change("x", 3, ["r1", "r2"]))).toEqual({ r1: at(3), r2: at(3) });
  });

  test("what never landed reverts nothing, and nothing reverts what landed later", () => {
    expect(since(change("a", 0), change("r", null, ["a"]))).toEqual({});
    expect(since(change("a", 5), change("r", 4, ["a"]))).toEqual({});
    expect(since(change("a", null), change("r", 4, ["a"]))).toEqual({});
  });

  test("a commit's clock may be a day off, and is then believed; a forge's is not", () => {
    const early = { clock: "commit" } as const;

    expect(since(change("a", 5), change("r", 4, ["a"], early))).toEqual({ a: at(5) });
    expect(since(change("a", 2 * day), change("r", 4, ["a"], early))).toEqual({});
  });

  test("two that say they revert each other: the later one is believed", () => {
    const commit = { clock: "commit" } as const;

    expect(since(change("a", 1, ["b"], commit), change("b", 2, ["a"], commit))).toEqual({ a: at(2) });
    expect(since(change("b", 1, ["a"], commit), change("a", 2, ["b"], commit))).toEqual({ b: at(2) });
  });

  test("a commit goes with its pull request; the pull request only when all of its commits are there and gone", () => {
    const whole = change("pr", 0, [], { parts: ["a", "b"], partsComplete: true });
    const parts = [change("a", 0, [], { partOf: "pr" }), change("b", 0, [], { partOf: "pr" })];

    expect(since(whole, ...parts, change("r", 1, ["pr"]))).toEqual({ pr: at(1), a: at(1), b: at(1) });
    expect(since(whole, ...parts, change("r", 1, ["a"]))).toEqual({ a: at(1) });
    expect(since(whole, ...parts, change("r1", 1, ["a"]), change("r2", 2, ["b"]))).toEqual({
      pr: at(2),
      a: at(1),
      b: at(2),
    });
    expect(since({ ...whole, partsComplete: false }, ...parts, change("r1", 1, ["a"]), change("r2", 2, ["b"]))).toEqual(
      { a: at(1), b: at(2) },
    );
  });

  test("a revert on another branch takes nothing back; where a branch is unknown it may", () => {
    expect(since(change("a", 0), change("r", 1, ["a"], { branches: ["release"] }))).toEqual({});
    expect(since(change("a", 0), change("r", 1, ["a"], { branches: [] }))).toEqual({ a: at(1) });
    expect(since(change("a", 0), change("r", 1, ["a"], { branches: ["release", "main"] }))).toEqual({ a: at(1) });
  });

  test("the order in which changes are listed does not matter", () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const changes = fc.tuple(
      ...ids.map((id) =>
        fc
          .record({
            minute: fc.option(fc.nat(5)),
            reverts: fc.subarray(ids),
            clock: fc.constantFrom("forge" as const, "commit" as const),
            partOf: fc.constantFrom(null, null, "a"),
          })
          .map(({ minute, ...say }) =>
            change(
              id,
              minute,
              say.reverts,
              id === "a" ? { clock: say.clock } : { clock: say.clock, partOf: say.partOf },
            ),
          ),
      ),
    );
    fc.assert(
      fc.property(
        changes.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, order]) => {
          expect(Object.fromEntries(revertedSince(order))).toEqual(Object.fromEntries(revertedSince(all)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a chain of twenty thousand reverts has an end", () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      change(`c${index}`, index, index === 0 ? [] : [`c${index - 1}`]),
    );

    const answers = revertedSince(chain);

    expect([answers.get("c0"), answers.get("c1"), answers.get("c19999")]).toEqual([at(19_999), null, null]);
  });
});

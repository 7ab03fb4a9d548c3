import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinRegister, joinRegisters, type Register } from "./register.ts";

/** Few places, ranks and SHAs, so that they often meet. A value is what its fact says: equal place, rank and SHA mean an equal value. */
const registers: fc.Arbitrary<Register<string>> = fc
  .record({
    at: fc.constantFrom("2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z", "merged"),
    rank: fc.nat(2),
    sha: fc.constantFrom("a", "b", "c"),
    tied: fc.boolean(),
  })
  .map((stamp) => ({ value: `says ${(stamp.at.length + stamp.rank + stamp.sha.charCodeAt(0)) % 3}`, stamp }));

describe("joining registers", () => {
  test("the order does not matter", () => {
    fc.assert(
      fc.property(registers, registers, (a, b) => {
        expect(joinRegister(a, b)).toEqual(joinRegister(b, a));
      }),
    );
  });

  test("the grouping does not matter", () => {
    fc.assert(
      fc.property(registers, registers, registers, (a, b, c) => {
        expect(joinRegister(joinRegister(a, b), c)).toEqual(joinRegister(a, joinRegister(b, c)));
      }),
    );
  });

  test("the same again changes nothing", () => {
    fc.assert(
      fc.property(registers, registers, (a, b) => {
        expect(joinRegister(a, a)).toEqual(a);
        expect(joinRegister(joinRegister(a, b), b)).toEqual(joinRegister(a, b));
      }),
    );
  });

  test("the same holds field by field, where each knows some fields only", () => {
    const records = fc.record({ title: registers, state: registers, draft: registers }, { requiredKeys: [] });
    fc.assert(
      fc.property(records, records, records, (a, b, c) => {
        expect(joinRegisters(a, b)).toEqual(joinRegisters(b, a));
        expect(joinRegisters(joinRegisters(a, b), c)).toEqual(joinRegisters(a, joinRegisters(b, c)));
        expect(joinRegisters(a, a)).toEqual(a);
      }),
    );
  });
});

const said = <Value>(value: Value, at: string, sha: string, rank = 0): Register<Value> => ({
  value,
  stamp: { at, rank, sha, tied: false },
});

describe("of two words", () => {
  test("the later one counts", () => {
    expect(joinRegister(said("new", "2026-01-03", "a"), said("old", "2026-01-02", "z", 9)).value).toBe("new");
  });

  test("at one moment the one of higher rank counts, and of equal rank always the same one", () => {
    expect(joinRegister(said("open", "2026-01-02", "z", 0), said("closed", "2026-01-02", "a", 1)).value).toBe("closed");
    expect(joinRegister(said("one", "2026-01-02", "a"), said("other", "2026-01-02", "b")).value).toBe("other");
  });

  test("a contradiction at one moment is remembered until a later word settles it", () => {
    const tie = joinRegister(said("one", "2026-01-02", "a"), said("other", "2026-01-02", "b"));

    expect(tie.stamp.tied).toBe(true);
    expect(joinRegister(tie, said("other", "2026-01-02", "b")).stamp.tied).toBe(true);
    expect(joinRegister(tie, said("older", "2026-01-01", "c")).stamp.tied).toBe(true);
    expect(joinRegister(tie, said("newer", "2026-01-03", "c")).stamp.tied).toBe(false);
  });

  test("two facts that say the same of one moment do not contradict each other", () => {
    expect(joinRegister(said("same", "2026-01-02", "a"), said("same", "2026-01-02", "b")).stamp.tied).toBe(false);
    expect(
      joinRegister(said([{ by: 1, of: 2 }], "2026-01-02", "a"), said([{ of: 2, by: 1 }], "2026-01-02", "b")).stamp.tied,
    ).toBe(false);
    expect(
      joinRegister(said<string | null>(null, "2026-01-02", "a"), said<string | null>("x", "2026-01-02", "b")).stamp
        .tied,
    ).toBe(true);
  });
});

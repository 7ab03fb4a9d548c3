import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addedFile, changedFile, changeOf } from "../../test/review/sample-change.ts";
import { coverageOf, type PartOutcome } from "./coverage.ts";
import type { ReviewAnswer } from "./read-answer.ts";
import { splitChange } from "./split-change.ts";
import { type VerdictFacts, verdictOf } from "./verdict.ts";

const lines = (count: number): string[] => Array.from({ length: count }, (_, at) => `const value${at} = ${at};`);
const change = changeOf([addedFile("a.ts", lines(60)), addedFile("b.ts", lines(60)), addedFile("c.ts", lines(60))]);
const limits = { partCharactersMax: 2000, partsMax: 20, notByHandCharactersMax: 1000 };
const split = splitChange(change, limits);

const clean: ReviewAnswer = { findings: [], findingsLeftOut: 0, correctness: "correct", explanation: "Fine." };
const read: PartOutcome = { kind: "read", answer: clean };
const grave = {
  title: "A",
  body: "b",
  priority: 1 as const,
  confidence: 1,
  path: "a.ts",
  isInChange: true,
  startLine: 1,
  endLine: 1,
  suggestion: null,
  knownId: null,
};

function facts(rest: Partial<VerdictFacts> = {}): VerdictFacts {
  const outcomes = rest.outcomes ?? split.parts.map(() => read);
  const given = rest.split ?? split;
  return {
    split: given,
    outcomes,
    read: coverageOf(given, outcomes),
    open: [],
    failure: null,
    isStale: false,
    plainWords: null,
    ...rest,
  };
}

test("all read and nothing grave found passes", () => {
  expect(split.parts.length).toBeGreaterThan(2);
  expect(verdictOf(facts())).toMatchObject({ verdict: "pass" });
  expect(verdictOf(facts({ open: [{ priority: 2 }] }))).toMatchObject({ verdict: "pass" });
});

test("something grave that stands open is findings, also when the reviewer calls the change correct", () => {
  expect(verdictOf(facts({ open: [{ priority: 3 }, { priority: 1 }] }))).toEqual({
    verdict: "findings",
    because: "1 finding of P0 or P1.",
  });
});

test("a plain program's words are no verdict, and no words are nothing", () => {
  expect(verdictOf(facts({ outcomes: [], plainWords: "LGTM" })).verdict).toBe("no-verdict");
  expect(verdictOf(facts({ outcomes: [], plainWords: " " })).verdict).toBe("inconclusive");
});

describe("what was read is counted by us", () => {
  test("a part without an answer takes its hunks and files with it", () => {
    const outcomes = split.parts.map((_part, at): PartOutcome =>
      at === 1 ? { kind: "unread", because: "It timed out." } : read,
    );
    const { coverage, isComplete, isFileRead } = coverageOf(split, outcomes);

    expect(isComplete).toBe(false);
    expect(coverage).toMatchObject({
      partsSent: split.parts.length,
      partsAnswered: split.parts.length - 1,
      hunksTotal: 3,
    });
    expect(coverage.hunksRead).toBeLessThan(3);
    for (const path of split.parts[1]?.paths ?? []) {
      expect(isFileRead(path)).toBe(false);
      expect(coverage.filesSkipped).toContainEqual({ path, reason: "its part was not read: It timed out." });
    }
  });

  test("a hunk is read when all of it is: not one that was cut between two parts of which one was not, nor one with a line that was cut", () => {
    const long = splitChange(
      changeOf([addedFile("a.ts", lines(200)), addedFile("z.ts", [...lines(250), "x".repeat(9000)])]),
      { ...limits, partCharactersMax: 20_000 },
    );
    const halves = splitChange(changeOf([addedFile("a.ts", lines(200))]), limits);

    expect(
      coverageOf(
        long,
        long.parts.map(() => read),
      ).coverage,
    ).toMatchObject({ hunksTotal: 2, hunksRead: 1 });
    expect(
      coverageOf(
        halves,
        halves.parts.map((_part, at) => (at === 0 ? undefined : read)),
      ).coverage.hunksRead,
    ).toBe(0);
  });

  test("a file without lines that could be read leaves the reading incomplete", () => {
    const withBinary = splitChange(changeOf([...change.files, changedFile("x.png", [], { kind: "binary" })]), limits);
    const seen = coverageOf(
      withBinary,
      withBinary.parts.map(() => read),
    );

    expect(seen.coverage).toMatchObject({ hunksTotal: 3, hunksRead: 3 });
    expect(seen.isComplete).toBe(false);
  });

  test("a part that nobody was asked about counts as not sent", () => {
    expect(coverageOf(split, [read]).coverage).toMatchObject({ partsSent: 1, partsAnswered: 1 });
    expect(coverageOf(split, []).coverage.hunksRead).toBe(0);
  });
});

describe("no sequence of faults gives a pass", () => {
  const unread = fc.constantFrom(
    "It timed out.",
    "A quota is used up.",
    "The agent said nothing.",
    "The answer is cut off, or no JSON.",
  );
  const outcome = fc.oneof(
    fc.constant<PartOutcome | undefined>(read),
    unread.map((because): PartOutcome => ({ kind: "unread", because })),
    fc.constant(undefined),
    fc.constant<PartOutcome>({ kind: "read", answer: { ...clean, correctness: "incorrect" } }),
    fc.constant<PartOutcome>({ kind: "read", answer: { ...clean, findings: [grave], correctness: "incorrect" } }),
  );
  const failure = fc.option(
    fc.record({
      code: fc.constantFrom("AGENT_TIMED_OUT", "LEAK_SUSPECTED", "AGENT_FAILED" as const),
      because: fc.string(),
    }),
  );
  const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
  const skippedFile = fc.constantFrom(
    null,
    changedFile("x.png", [], { kind: "binary" }),
    addedFile("yarn.lock", lines(500)),
    changedFile("y", [], { kind: "unread" }),
    addedFile("z.ts", ["x".repeat(9000)]),
    addedFile("huge.ts", lines(5000)),
  );

  test("it passes only where every part answered, all was read, and nothing was wrong", () => {
    fc.assert(
      fc.property(
        // Few faults at a time, so that each is often the only one.
        fc.array(fc.record({ at: fc.nat(20), outcome }), { maxLength: 2 }),
        mostly(null, failure),
        mostly(false, fc.boolean()),
        mostly(null, fc.option(fc.string())),
        fc.array(fc.record({ priority: fc.constantFrom(0, 1, 2, 3) }), { maxLength: 2 }),
        skippedFile,
        (faults, wrong, isStale, plainWords, open, file) => {
          const given = file === null ? split : splitChange(changeOf([...change.files, file]), limits);
          const outcomes = given.parts
            .map((_part, at) => faults.find((each) => each.at % given.parts.length === at) ?? { outcome: read })
            .map((each) => each.outcome);
          const { verdict, because } = verdictOf(
            facts({
              split: given,
              outcomes,
              failure: wrong,
              isStale,
              plainWords,
              open,
              read: coverageOf(given, outcomes),
            }),
          );

          const allRead = given.parts.every((_part, at) => outcomes[at]?.kind === "read");
          const incorrect = outcomes.some(
            (each) =>
              each?.kind === "read" && each.answer.correctness === "incorrect" && each.answer.findings.length === 0,
          );
          const isFaultless =
            allRead && !incorrect && wrong === null && !isStale && plainWords === null && file === null;
          const isPass = isFaultless && open.every(({ priority }) => priority > 1);
          expect(verdict === "pass").toBe(isPass);
          expect(verdict === "inconclusive" || verdict === "no-verdict").toBe(!isFaultless);
          expect(because.trim()).not.toBe("");
        },
      ),
      { numRuns: 200 },
    );
  });

  test("an empty change, and one of which nothing can be read, are inconclusive", () => {
    const empty = splitChange(changeOf([]), limits);
    const binary = splitChange(changeOf([changedFile("x.png", [], { kind: "binary" })]), limits);

    for (const given of [empty, binary])
      expect(verdictOf(facts({ split: given, outcomes: [], read: coverageOf(given, []) })).verdict).toBe(
        "inconclusive",
      );
  });

  test("a fault does not hide what was found in what was read", () => {
    const { because } = verdictOf(facts({ isStale: true, open: [{ priority: 0 }] }));

    expect(because).toBe("The pull request has moved on while it was read. 1 finding of P0 or P1 open.");
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PullRequestFact, RevertMention } from "../domain/fact.ts";
import {
  type PullRequestReading,
  type PullRequestRegisters,
  pullRequestRegisters,
  readPullRequest,
} from "./join-pull-request.ts";
import { joinRegisters, registersText } from "./register.ts";

const times = ["2026-01-02T00:00:00.000Z", "2026-01-02T00:00:01.000Z", "2026-01-02T00:00:02.000Z"];
const sha = (digit: string): string => digit.repeat(40);

/** Facts of one pull request as forges tell them: at few moments, each knowing some fields. */
const facts: fc.Arbitrary<PullRequestFact> = fc
  .record(
    {
      observedAt: fc.constantFrom(...times),
      state: fc.constantFrom("open" as const, "closed" as const, "merged" as const),
      title: fc.constantFrom("one", "two"),
      author: fc.constant("ann"),
      draft: fc.boolean(),
      headSha: fc.constantFrom(sha("a"), sha("b")),
      closedAt: fc.constantFrom(null, ...times),
      mergeCommitSha: fc.constant(sha("c")),
      mergedAt: fc.constantFrom(...times),
      mergedAtIsFallback: fc.boolean(),
      reverts: fc.constantFrom<RevertMention[]>(
        [],
        [{ by: "pull-request-number", number: 3, evidence: "branch-name" }],
      ),
    },
    { requiredKeys: ["observedAt", "state"] },
  )
  .map((fact) => ({ kind: "pull-request" as const, number: 7, ...fact }));

function join(all: PullRequestFact[]): Partial<PullRequestRegisters> {
  return all
    .map((fact) => pullRequestRegisters(fact, `payload of ${fact.state}`))
    .reduce((known, said) => joinRegisters<PullRequestRegisters>(known, said), {});
}

const read = (...all: PullRequestFact[]): PullRequestReading => readPullRequest(join(all));

const fact = (say: Partial<PullRequestFact> & { observedAt: string }): PullRequestFact => ({
  kind: "pull-request",
  number: 7,
  state: "open",
  ...say,
});

describe("joining what is told of a pull request", () => {
  test("any order with any repeats ends the same", () => {
    const withOrder = fc
      .array(facts, { minLength: 1, maxLength: 8 })
      .chain((all) =>
        fc.tuple(
          fc.constant(all),
          fc.shuffledSubarray(all, { minLength: all.length }),
          fc.array(fc.constantFrom(...all), { maxLength: 4 }),
        ),
      );
    fc.assert(
      fc.property(withOrder, ([all, order, repeats]) => {
        expect(registersText(join([...repeats, ...order, ...repeats]))).toBe(registersText(join(all)));
      }),
      { numRuns: 500 },
    );
  });

  test("merged is for good, however late an older word arrives", () => {
    const merged = fact({ observedAt: times[1] ?? "", state: "merged", mergedAt: times[1] ?? "" });

    expect(read(merged, fact({ observedAt: times[2] ?? "", state: "open" })).state).toBe("merged");
    expect(read(fact({ observedAt: times[2] ?? "", state: "closed" }), merged)).toMatchObject({
      state: "merged",
      mergedAt: times[1],
      updatedAt: times[2],
    });
  });

  test("reopened counts only when it is newer", () => {
    const closed = fact({ observedAt: times[1] ?? "", state: "closed", closedAt: times[1] ?? "" });

    expect(read(closed, fact({ observedAt: times[2] ?? "", state: "open", closedAt: null }))).toMatchObject({
      state: "open",
      closedAt: null,
      truthWanted: false,
    });
    expect(read(closed, fact({ observedAt: times[0] ?? "", state: "open", closedAt: null }))).toMatchObject({
      state: "closed",
      closedAt: times[1],
      truthWanted: false,
    });
  });

  test("closed and reopened within one second asks for a look at the forge", () => {
    const second = times[1] ?? "";

    expect(
      read(fact({ observedAt: second, state: "closed" }), fact({ observedAt: second, state: "open" })),
    ).toMatchObject({ state: "closed", truthWanted: true });
  });

  test("two events of one moment that say the same, one of them less, ask for nothing", () => {
    const second = times[1] ?? "";

    expect(
      read(fact({ observedAt: second, title: "one", commitsCount: 3 }), fact({ observedAt: second, title: "one" })),
    ).toMatchObject({ commitsCount: 3, truthWanted: false });
  });

  test("the forge's own time of the merge outranks one taken from the event, whichever came later", () => {
    const exact = fact({ observedAt: times[0] ?? "", state: "merged", mergedAt: "2026-01-01T23:59:59.000Z" });
    const fallback = fact({
      observedAt: times[2] ?? "",
      state: "merged",
      mergedAt: times[2] ?? "",
      mergedAtIsFallback: true,
    });

    expect(read(exact, fallback)).toMatchObject({ mergedAt: "2026-01-01T23:59:59.000Z", truthWanted: false });
    expect(read(fallback, exact)).toMatchObject({ mergedAt: "2026-01-01T23:59:59.000Z" });
  });

  test("a merge without its time asks for a look at the forge", () => {
    expect(read(fact({ observedAt: times[0] ?? "", state: "merged" }))).toMatchObject({
      state: "merged",
      mergedAt: null,
      truthWanted: true,
    });
  });
});

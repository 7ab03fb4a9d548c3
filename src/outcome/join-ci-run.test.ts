import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CiRunFact } from "../domain/fact.ts";
import { type CiRunReading, type CiRunRegisters, ciRunRegisters, readCiRun } from "./join-ci-run.ts";
import { joinRegisters, registersText } from "./register.ts";

const times = ["2026-01-02T00:00:00.000Z", "2026-01-02T00:00:01.000Z", "2026-01-02T00:00:02.000Z"] as const;

const facts = (finishedIsFinal: boolean): fc.Arbitrary<CiRunFact> =>
  fc
    .record(
      {
        observedAt: fc.constantFrom(...times),
        status: fc.constantFrom(
          "pending" as const,
          "in_progress" as const,
          "success" as const,
          "failure" as const,
          "cancelled" as const,
          "skipped" as const,
        ),
        workflowName: fc.constantFrom("build", "test"),
        startedAt: fc.constantFrom(...times),
        completedAt: fc.constantFrom(...times),
      },
      { requiredKeys: ["observedAt", "status"] },
    )
    .map((say) => ({ ...run(say.observedAt, say.status), ...say, finishedIsFinal }));

function run(observedAt: string, status: CiRunFact["status"], say: Partial<CiRunFact> = {}): CiRunFact {
  return {
    kind: "ci-run",
    provider: "github-actions",
    runKind: "workflow",
    runId: "1",
    runAttempt: 1,
    commitSha: "a".repeat(40),
    status,
    observedAt,
    finishedIsFinal: true,
    ...say,
  };
}

function join(all: CiRunFact[]): Partial<CiRunRegisters> {
  return all
    .map((fact) => ciRunRegisters(fact, `payload of ${fact.status}`))
    .reduce((known, said) => joinRegisters<CiRunRegisters>(known, said), {});
}

const read = (...all: CiRunFact[]): CiRunReading => readCiRun(join(all));

describe("joining what is told of a CI run", () => {
  test.each([true, false])("any order with any repeats ends the same (the end is final: %s)", (finishedIsFinal) => {
    const withOrder = fc
      .array(facts(finishedIsFinal), { minLength: 1, maxLength: 8 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })));
    fc.assert(
      fc.property(withOrder, ([all, order]) => {
        expect(registersText(join(order))).toBe(registersText(join(all)));
      }),
      { numRuns: 500 },
    );
  });

  test("an attempt that has ended stays so, also under a later clock", () => {
    const success = run(times[0], "success", { completedAt: times[0] });

    expect(read(success, run(times[2], "in_progress"))).toMatchObject({
      status: "success",
      completedAt: times[0],
      updatedAt: times[2],
    });
  });

  test("a pipeline that is retried in place runs again", () => {
    const end = run(times[0], "failure", { finishedIsFinal: false, completedAt: times[0] });
    const again = run(times[1], "in_progress", { finishedIsFinal: false });

    expect(read(again, end)).toMatchObject({ status: "in_progress", completedAt: null });
    expect(read(again, end, run(times[2], "success", { finishedIsFinal: false, completedAt: times[2] }))).toMatchObject(
      { status: "success", completedAt: times[2] },
    );
  });

  test("a run's words of one second come in the order of its life and ask for nothing", () => {
    for (const finishedIsFinal of [true, false]) {
      const words = (["success", "pending", "in_progress"] as const).map((status) =>
        run(times[0], status, { finishedIsFinal }),
      );
      expect(read(...words)).toMatchObject({ status: "success", truthWanted: false });
      expect(read(...words.slice(1))).toMatchObject({ status: "in_progress", truthWanted: false });
    }
  });

  test("two different ends of one second ask for a look at the provider", () => {
    expect(read(run(times[0], "failure"), run(times[0], "success"))).toMatchObject({
      status: "failure",
      truthWanted: true,
    });
  });
});

import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, Vitest } from "vitest/node";

export type Counts = { passed: number; failed: number; skipped: number };

/**
 * Says at the very end how many tests passed, failed and were skipped, and names the skipped ones, so that a test that
 * does not run cannot be overlooked. Run by scripts/test.mjs it leaves the line in a file, and the script prints it last.
 */
export default class ClosingLine implements Reporter {
  #isFiltered = false;

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[], _reason: TestRunEndReason): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const counts = countsOf(modules, tests, errors.length);
    const names = this.#isFiltered ? [] : tests.filter((test) => stateOf(test) === "skipped").map(nameOf);
    if (names.length > 0) process.stdout.write(`Skipped:\n${names.map((name) => `  ${name}\n`).join("")}`);

    // Vitest prints its failures after this, so the line waits for the end of the process.
    const path = process.env["PULLWRIGHT_CLOSING_LINE_FILE"];
    if (path === undefined) process.once("exit", () => process.stdout.write(`${closingLine(counts)}\n`));
    else writeFileSync(path, closingLine(counts));
  }
}

/** `3 passed, 0 failed`, and the skipped ones where there are any. */
export function closingLine(counts: Counts): string {
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  return counts.skipped === 0 ? line : `${line}, ${counts.skipped} skipped`;
}

/** A file that cannot be loaded and an error outside any test are failures too, though no test failed in them. */
function countsOf(modules: readonly TestModule[], tests: readonly TestCase[], unhandledErrors: number): Counts {
  const count = (state: string) => tests.filter((test) => stateOf(test) === state).length;
  const failedTests = count("failed");
  const brokenModules = modules.filter((module) => !module.ok() && !hasFailedTest(module)).length;
  return { passed: count("passed"), failed: failedTests + brokenModules + unhandledErrors, skipped: count("skipped") };
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests()].some((test) => stateOf(test) === "failed");
}

/** A test that was interrupted before it ended did not run. */
function stateOf(test: TestCase): "passed" | "failed" | "skipped" {
  const { state } = test.result();
  return state === "pending" ? "skipped" : state;
}

function nameOf(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" && result.note !== undefined ? ` (${result.note})` : "";
  return `${test.module.relativeModuleId}: ${test.fullName}${note}`;
}

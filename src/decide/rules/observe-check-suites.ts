import type { Rule } from "../decide.ts";

/** `check_suite completed` can come before its workflow run is complete (rust-lang/bors found out): the runs are counted, the suite is not. */
export const observeCheckSuites: Rule = (event) =>
  event.kind.startsWith("github.check_suite.")
    ? {
        rule: "observe-check-suites",
        verdict: "nothing",
        because: "A check suite is counted by its runs, each of which is heard by itself.",
      }
    : null;

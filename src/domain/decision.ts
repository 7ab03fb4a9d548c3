/**
 * What a rule said of an event, with its reason; stored also when the answer is no.
 * `recorded`: rows changed. `unchanged`: known already, or older than what is known. `nothing`: no rule wants anything done. `refused`: set aside.
 */
export type Decision = {
  /** Which rule spoke: a file of decide/rules, or one of the recorders' own names (`record-pull-request`, `once-per-event`, `set-aside`, …). */
  rule: string;
  verdict: "recorded" | "unchanged" | "nothing" | "refused";
  /** A sentence for the person who asks why. */
  because: string;
};

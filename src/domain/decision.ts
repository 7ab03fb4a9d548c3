import type { NewCommand } from "./command.ts";

/**
 * What a rule said of an event, with its reason; stored also when the answer is no.
 * `recorded`: rows changed. `unchanged`: known already, or older than what is known. `nothing`: no rule wants anything done. `queued`: a command follows.
 * `refused`: set aside.
 */
export type Decision = {
  /** Which rule spoke: a file of decide/rules, or one of the recorders' own names (`record-pull-request`, `once-per-event`, `set-aside`, …). */
  rule: string;
  verdict: "recorded" | "unchanged" | "nothing" | "queued" | "refused";
  /** A sentence for the person who asks why. */
  because: string;
  /** With `queued`: what is to be done. */
  command?: WantedCommand;
};

/** A command that a rule asks for, before it is queued: who asks and when are the queue's to say. */
export type WantedCommand = Omit<NewCommand, "availableAt" | "requestedBy"> & {
  /** Of the workflow that it begins or continues. */
  title: string | null;
};

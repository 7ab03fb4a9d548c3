import type { CommandState } from "../domain/command.ts";
import type { EffectState } from "../domain/effect.ts";
import type { WorkflowState } from "../domain/workflow.ts";

/** One way from state to state. The reference page is made from these tables, and a test tries every one of them from every state on a real store. */
export type Move<Name extends string, State extends string> = {
  name: Name;
  /** `null`: there is no row yet. */
  from: (State | null)[];
  to: State;
  when: string;
  /** What it does to a row in any other state. */
  otherwise: string;
};

/** What each state means. The compiler asks for a row when a state is added. */
export const commandStateMeanings: Record<CommandState, string> = {
  queued:
    "Waits: for its time, for a free worker, for another command of its repository, or for its workflow to be resumed.",
  running: "A worker has it, for as long as it renews its lease.",
  succeeded: "It did what was asked.",
  failed: "It did not, and will not by itself: its code says what a person can do. It can be retried.",
  skipped: "There was nothing to do, and it says why.",
  cancelled: "Somebody ended it. What it had done by then is listed with it.",
};

export type CommandMoveName =
  | "enqueue"
  | "claim"
  | "succeed"
  | "skip"
  | "fail"
  | "try-again"
  | "wait"
  | "hand-back"
  | "rescue"
  | "give-up"
  | "cancel"
  | "stop"
  | "supersede"
  | "retry";

const holderLost = "Nothing: who lost the lease writes nothing any more.";

/** The names are also those of the lines in a command's history. */
export const commandMoves: Move<CommandMoveName, CommandState>[] = [
  {
    name: "enqueue",
    from: [null],
    to: "queued",
    when: "A rule, a person, the API or the command before it asks for it.",
    otherwise: "The same idempotency key is the same command; it stays as it is.",
  },
  {
    name: "claim",
    from: ["queued"],
    to: "running",
    when: "It is due, its workflow is not paused, a worker is free, and nothing else writes to its repository if it writes. An attempt begins, the lease runs for 30 seconds and is renewed every 10.",
    otherwise: "It is not taken.",
  },
  {
    name: "succeed",
    from: ["running"],
    to: "succeeded",
    when: "The worker says that it is done.",
    otherwise: holderLost,
  },
  {
    name: "skip",
    from: ["running"],
    to: "skipped",
    when: "The worker says that there was nothing to do.",
    otherwise: holderLost,
  },
  {
    name: "fail",
    from: ["running"],
    to: "failed",
    when: "A person must change something, or the last attempt failed.",
    otherwise: holderLost,
  },
  {
    name: "try-again",
    from: ["running"],
    to: "queued",
    when: "The attempt failed, and another is left: after about 10, 30 and 90 seconds.",
    otherwise: holderLost,
  },
  {
    name: "wait",
    from: ["running"],
    to: "queued",
    when: "A rate limit, a paused credential or something not yet to be known keeps it; it comes back at a time. Costs no attempt.",
    otherwise: holderLost,
  },
  {
    name: "hand-back",
    from: ["running"],
    to: "queued",
    when: "The worker's process stops politely and cannot finish it in time. Costs no attempt.",
    otherwise: holderLost,
  },
  {
    name: "rescue",
    from: ["running"],
    to: "queued",
    when: "Its worker's process is gone, or its lease was not renewed for 30 seconds. Costs an attempt, but never the last one.",
    otherwise: "Nothing.",
  },
  {
    name: "give-up",
    from: ["running"],
    to: "failed",
    when: "Its workers' processes died ten times while they had it.",
    otherwise: "Nothing.",
  },
  {
    name: "cancel",
    from: ["queued"],
    to: "cancelled",
    when: "Somebody cancels it or its workflow.",
    otherwise: "A running one is told to stop; one that has ended is refused as `INVALID_STATE_TRANSITION`.",
  },
  {
    name: "stop",
    from: ["running"],
    to: "cancelled",
    when: "It was cancelled while it ran, and has stopped or was let go after a second.",
    otherwise: holderLost,
  },
  {
    name: "supersede",
    from: ["queued"],
    to: "skipped",
    when: "The next of its series is queued before its turn came: a later push to the same pull request.",
    otherwise: "It goes on: what runs is not interrupted.",
  },
  {
    name: "retry",
    from: ["failed", "skipped", "cancelled"],
    to: "queued",
    when: "Somebody retries it or its workflow. Attempts start again at 0.",
    otherwise: "It is refused as `INVALID_STATE_TRANSITION`.",
  },
];

export const workflowStateMeanings: Record<WorkflowState, string> = {
  active: "Something of it waits or runs.",
  paused:
    "Nothing of it is begun until it is resumed. What runs goes on to its end; what comes in waits with the rest.",
  succeeded: "Its last command ended, and nothing followed from it.",
  failed: "Nothing of it waits or runs, and the last command of some type failed.",
  cancelled: "Somebody cancelled it, or the last of its commands.",
};

export type WorkflowMoveName = "start" | "continue" | "succeed" | "fail" | "pause" | "resume" | "cancel" | "retry";

export const workflowMoves: Move<WorkflowMoveName, WorkflowState>[] = [
  {
    name: "start",
    from: [null],
    to: "active",
    when: "The first command of a piece of work is asked for.",
    otherwise: "The same id is the same workflow; it stays as it is.",
  },
  {
    name: "continue",
    from: ["active", "succeeded", "failed", "cancelled"],
    to: "active",
    when: "A command is queued for it.",
    otherwise: "A paused one stays paused, and the command waits with it.",
  },
  {
    name: "succeed",
    from: ["active"],
    to: "succeeded",
    when: "Its last command ended, and no follow-up was queued.",
    otherwise: "Nothing.",
  },
  {
    name: "fail",
    from: ["active"],
    to: "failed",
    when: "Its last command ended, and the last of some type failed.",
    otherwise: "Nothing.",
  },
  {
    name: "pause",
    from: ["active"],
    to: "paused",
    when: "Somebody pauses it.",
    otherwise: "It is refused as `INVALID_STATE_TRANSITION`.",
  },
  {
    name: "resume",
    from: ["paused"],
    to: "active",
    when: "Somebody resumes it and something of it waits or runs; else it goes to how its commands ended.",
    otherwise: "It is refused as `INVALID_STATE_TRANSITION`.",
  },
  {
    name: "cancel",
    from: ["active", "paused", "failed"],
    to: "cancelled",
    when: "Somebody cancels it, with all that waits or runs of it.",
    otherwise: "It is refused as `INVALID_STATE_TRANSITION`.",
  },
  {
    name: "retry",
    from: ["failed", "cancelled"],
    to: "active",
    when: "Somebody retries it: the last command of each type that failed or was cancelled is queued again.",
    otherwise: "It is refused as `INVALID_STATE_TRANSITION`.",
  },
];

export const effectStateMeanings: Record<EffectState, string> = {
  intended: "Written down, perhaps on its way. After a crash it counts as unknown as soon as it was sent.",
  unknown:
    "It may have been done: it is looked for at once, after 30 seconds and after 2 minutes, before it is sent again.",
  done: "Done, with what the forge answered or what was found there. It is not done again.",
  refused: "The forge refused it. A later attempt may send it again.",
};

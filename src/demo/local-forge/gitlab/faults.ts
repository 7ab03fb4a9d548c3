import type { ApiAnswer } from "./api-answer.ts";
import type { GitlabState } from "./gitlab-state.ts";
import type { Operation } from "./routes.ts";

/** What can go wrong between us and a forge. */
export const faultKinds = [
  "drop-before",
  "drop-after-commit",
  "5xx-before",
  "5xx-after",
  "429",
  "slow",
  "stale-reads",
  "redirect",
  "gzip-bomb",
  "wrong-id",
  "html-200",
  "empty-201",
  "other-answer",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  kind: FaultKind;
  /** Only calls of this kind. */
  on?: Operation;
  /** The call of this number, the first one since the start being 1; the next one that fits when left out. */
  call?: number;
  /** How many calls it meets; 1 unless told. */
  times?: number;
  /** `5xx-…`: 502 unless told. */
  status?: number;
  /** `429`: instead of `Retry-After: 30`. */
  headers?: Record<string, string>;
  /** `redirect`: where to, with which status in `status` (302). */
  to?: string;
  /** `other-answer`: what is said instead; what was asked is done all the same. */
  change?: (answer: ApiAnswer) => ApiAnswer;
  /** `gzip-bomb`: how large it becomes; 64 MiB unless told. */
  bytes?: number;
};

export type FaultPlan = {
  /** `stale-reads` shows the state of this moment. */
  plan: (fault: Fault) => void;
  /** An answer is held back by `slow`: what was asked has been done. */
  whenHeld: () => Promise<void>;
  /** What `slow` held back is answered now. */
  release: () => void;
  /** No more faults; what is held back is answered. */
  clear: () => void;
};

type Planned = Fault & { timesLeft: number; past: GitlabState | null };
/** A fault that meets a call; `past` is there for `stale-reads`. */
export type MetFault = Fault & { past: GitlabState | null };

export type Faults = FaultPlan & {
  /** The fault that meets this call, used up by it. */
  take: (operation: Operation, call: number, isRead: boolean) => MetFault | undefined;
  /** Waits for `release`. */
  hold: () => Promise<void>;
};

export function createFaults(state: () => GitlabState): Faults {
  let planned: Planned[] = [];
  let held: (() => void)[] = [];
  let watching: (() => void)[] = [];

  const release = () => {
    for (const go of held) go();
    held = [];
  };
  return {
    plan: (fault) => {
      const past = fault.kind === "stale-reads" ? structuredClone(state()) : null;
      planned.push({ ...fault, timesLeft: fault.times ?? 1, past });
    },
    whenHeld: () => (held.length > 0 ? Promise.resolve() : new Promise((resolve) => watching.push(resolve))),
    release,
    clear: () => {
      planned = [];
      release();
    },
    take: (operation, call, isRead) => {
      const met = planned.find(
        (fault) =>
          (fault.on ?? operation) === operation &&
          (fault.call ?? call) === call &&
          (isRead || fault.kind !== "stale-reads"),
      );
      if (met === undefined) return undefined;
      met.timesLeft -= 1;
      if (met.timesLeft <= 0) planned = planned.filter((fault) => fault !== met);
      return met;
    },
    hold: () =>
      new Promise((resolve) => {
        held.push(resolve);
        for (const tell of watching) tell();
        watching = [];
      }),
  };
}

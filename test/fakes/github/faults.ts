/** What can go wrong between us and a forge. The names are those of the other fake, so that one suite of tests serves both. */
export const faultKinds = [
  "drop-before",
  "drop-after-commit",
  "5xx-before",
  "5xx-after",
  "401",
  "429",
  "403-secondary",
  "slow",
  "stale-reads",
  "redirect",
  "gzip-bomb",
  "wrong-id",
  "html-200",
  "empty-201",
  "graphql-error",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type Fault = {
  kind: FaultKind;
  /** Only calls of this operation, by GitHub's own name for it: `pulls/create`. */
  on?: string;
  /** The call of this number, the first one since the start being 1; the next one that fits when left out. */
  call?: number;
  /** How many calls it meets; 1 unless told. */
  times?: number;
  /** `5xx-…`: 502 unless told. `redirect`: 302. */
  status?: number;
  /** `429`: instead of `Retry-After: 30`. `403-secondary`: none unless told. */
  headers?: Record<string, string>;
  /** `redirect`: where to. */
  to?: string;
  /** `slow`: what was asked has been done, and the answer is held back. */
  whenHeld?: () => void;
  /** `graphql-error`: the type of the error in an answer of status 200; none without it. */
  type?: string;
  /** `gzip-bomb`: how large it becomes; 64 MiB unless told. */
  bytes?: number;
};

/** A fault that meets a call; `plannedAt` is the number of the last call before it was planned, for `stale-reads`. */
export type MetFault = Fault & { plannedAt: number };

export type FaultPlan = {
  /** `stale-reads` hides what was made after this moment. */
  plan: (fault: Fault) => void;
  /** What `slow` held back is answered now. */
  release: () => void;
  /** No more faults; what is held back is answered. */
  clear: () => void;
};

export type Faults = FaultPlan & {
  /** The fault that meets this call, used up by it. */
  take: (operation: string, call: number, isRead: boolean) => MetFault | undefined;
  /** Waits for `release`. */
  held: () => Promise<void>;
};

export function createFaults(callsSoFar: () => number): Faults {
  let planned: (MetFault & { timesLeft: number })[] = [];
  let waiting: (() => void)[] = [];

  const release = () => {
    for (const go of waiting) go();
    waiting = [];
  };
  return {
    plan: (fault) => {
      planned.push({ ...fault, timesLeft: fault.times ?? 1, plannedAt: callsSoFar() });
    },
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
    held: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

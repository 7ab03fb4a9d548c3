import type { Instant } from "./clock.ts";
import type { ErrorCode } from "./error.ts";

/** What we may be asked to do; the closed list. A type without a built-in worker needs a program in `workers.<type>.command`. */
export const commandTypes = ["execute_plan", "create_pull_request", "review_pull_request"] as const;
export type CommandType = (typeof commandTypes)[number];

/** What Pullwright does itself. The rest it does with an agent, where one is configured. */
export const builtInCommandTypes: ReadonlySet<CommandType> = new Set(["create_pull_request"]);

export const commandStates = ["queued", "running", "succeeded", "failed", "skipped", "cancelled"] as const;
export type CommandState = (typeof commandStates)[number];

/** What is queued. The same idempotency key a second time is the same command. */
export type NewCommand = {
  type: CommandType;
  workflowId: string;
  /** `<forge>:<host>/<slug in lower case>`, null for what concerns no repository: fairness is between these. */
  repositoryKey: string | null;
  /** Commands that write to one repository run one at a time. */
  writes: boolean;
  idempotencyKey: string;
  /** What the worker needs, as plain JSON; references, never secrets. */
  payload: Record<string, unknown>;
  /** Larger goes first; 0 unless somebody waits for it. */
  priority: number;
  attemptsMax: number;
  /** Not before; the time of queueing for what may start at once. */
  availableAt: Instant;
  /** Who or what asked: `event 12`, `command 3`, `operator`, `api`; shown, and kept in the audit log. */
  requestedBy: string;
  /** What it follows from, for who asks why. */
  causedBy?: { eventId?: number; commandId?: number };
  series?: CommandSeries;
};

/**
 * Commands of which only the newest is worth doing: one that waits is skipped when the next is queued, and one is due no sooner than so long after the last
 * began. So the first is done at once, and what comes in a rush after it becomes one.
 */
export type CommandSeries = { key: string; everyMs: number };

/** A command in the hands of a worker. Every write on its behalf carries the fence: who lost the lease writes nothing any more. */
export type ClaimedCommand = {
  id: number;
  type: CommandType;
  workflowId: string;
  repositoryKey: string | null;
  payload: Record<string, unknown>;
  /** 1 at the first try. */
  attempt: number;
  attemptsMax: number;
  fence: number;
  requestedBy: string;
  createdAt: Instant;
};

/** A link for people: the pull request, the branch, the review. */
export type CommandLink = { label: string; url: string };

/** What a command left behind, whichever way it ended. Paths are absolute; `result` is small plain JSON, redacted by who made it. */
export type CommandProducts = {
  links?: CommandLink[];
  /** Name to path: `push_state`, `pr_description`, … */
  artifacts?: Record<string, string>;
  result?: Record<string, unknown>;
};

/** How an attempt ended. A thrown error counts as `retry` when its code is retryable, else as `failed`. */
export type CommandOutcome =
  | ({ kind: "succeeded"; because: string } & CommandProducts)
  | ({ kind: "skipped"; because: string } & CommandProducts)
  /** Nothing wrong with the request: again after `afterMs`, or after the usual backoff. Uses up an attempt. */
  | ({ kind: "retry"; code: ErrorCode; because: string; afterMs?: number } & CommandProducts)
  /** A lock, a rate limit, a paused credential: again at `until`. Uses up no attempt. */
  | { kind: "wait"; code: ErrorCode; because: string; until: Instant }
  /** A person must change something. */
  | ({ kind: "failed"; code: ErrorCode; because: string } & CommandProducts);

import type { ErrorCode } from "../domain/error.ts";
import type { AgentName } from "../domain/agent-name.ts";
import type { AgentUsage } from "../domain/review.ts";

/** What an agent is asked. It runs in the sandbox; the prompt goes in on its standard input or in a file, never as an argument. */
export type AgentQuestion = {
  prompt: string;
  /** A JSON schema that the answer must keep to; null where words are wanted. An agent that cannot be held to one is asked in the prompt. */
  answerSchema: Record<string, unknown> | null;
  /** A plain copy of the files, without `.git` and without agents' configuration, made for this question: where we are root, it is given to the sandbox's user. */
  filesDir: string;
  /** `read`: it may look. `write`: it may change the copy and run programs in it, still without a network. */
  may: "read" | "write";
  timeoutMs: number;
  signal: AbortSignal;
  /** Gets what the agent said while it worked, redacted, in a file of at most 8 MiB. */
  logPath: string;
};

/** What came back. `usage` is filled as far as it is known, also for a failure: it has cost something. */
export type AgentAnswer =
  | { kind: "answered"; text: string; usage: AgentUsage }
  | {
      kind: "failed";
      code: ErrorCode;
      /** The agent's own last words among them, redacted. */
      because: string;
      /** When it may be asked again, for a limit that passes; null where nobody knows. */
      retryAfterMs: number | null;
      usage: AgentUsage;
    };

export type AgentStanding =
  | { kind: "ready"; agent: AgentName; version: string | null; warnings: string[] }
  | { kind: "unavailable"; agent: AgentName; code: ErrorCode; because: string };

/** Somebody who reads code and answers, or changes it. Holds nothing between questions. */
export type Agent = {
  name: AgentName;
  /** Whether it can be started here, in a version whose flags are those that keep it safe. Asked at the start and by `doctor`. */
  probe: (options?: { signal?: AbortSignal }) => Promise<AgentStanding>;
  /** @throws the signal's reason when it is aborted; everything else is an answer */
  ask: (question: AgentQuestion) => Promise<AgentAnswer>;
};

import type { AgentName } from "../domain/agent-name.ts";
import type { ErrorCode } from "../domain/error.ts";
import type { AgentUsage } from "../domain/review.ts";
import type { AgentQuestion } from "./agent.ts";
import type { ModelProvider } from "./model-request.ts";
import type { ResultFile } from "./result-file.ts";

/** How one kind of agent is spoken to: what differs between Codex, Claude Code and any other program. Pure; running it is somebody else's. */
export type Manner = {
  name: AgentName;
  /** The command that is looked for where none is configured; null when one must be. */
  usualCommand: string | null;
  /** Whose models it asks. Of `wanted` those that there is a key for. */
  providers: { needed: ModelProvider[]; wanted: ModelProvider[] };
  /** How to see what the installed version can do; null where there is nothing to see. */
  check: AgentCheck | null;
  /** Flags that only some versions have and that are used where they are there come in `has`. */
  commandLine: (question: AgentQuestion, has: (flag: string) => boolean) => AgentCommandLine;
  readAnswer: (said: AgentSaid) => AgentWords;
};

export type AgentCheck = {
  helpArguments: string[];
  versionArguments: string[];
  versionMin: readonly [number, number, number];
  /** Flags without which it is not safe to run. */
  flags: string[];
};

export type AgentCommandLine = {
  args: string[];
  env: Record<string, string>;
  /** Files that it needs to be shown, by their paths inside. */
  files: { inside: string; text: string }[];
};

export type AgentSaid = { exitCode: number; stdout: string; stderr: string; result: ResultFile };

export type AgentWords =
  | { kind: "answered"; text: string; usage: AgentUsage }
  | { kind: "failed"; code: ErrorCode; because: string; usage: AgentUsage };

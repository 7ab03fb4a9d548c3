import type { ClaimedCommand, CommandOutcome, CommandType } from "../domain/command.ts";
import type { WorkerProgram } from "./run-program.ts";

/** Does what one command asks; its signal says when to stop. */
export type Performer = (command: ClaimedCommand, context: { signal: AbortSignal }) => Promise<CommandOutcome>;

export type PerformCommandDeps = {
  programs: Record<CommandType, WorkerProgram | null>;
  builtIn: Partial<Record<CommandType, Performer>>;
  runProgram: (
    command: ClaimedCommand,
    program: WorkerProgram,
    context: { signal: AbortSignal },
  ) => Promise<CommandOutcome>;
};

/** Who performs what: the program where one is configured, else the built-in worker. */
export function createPerformCommand({ programs, builtIn, runProgram }: PerformCommandDeps): Performer {
  return async (command, context) => {
    const program = programs[command.type];
    if (program !== null) return runProgram(command, program, context);
    const worker = builtIn[command.type];
    if (worker !== undefined) return worker(command, context);
    return {
      kind: "failed",
      code: "WORKER_NOT_CONFIGURED",
      because: `Nobody here does ${command.type}. Set workers.${command.type}.command.`,
    };
  };
}

import type { CommandType } from "../domain/command.ts";

/** What we can do ourselves; every other type needs a program in `workers.<type>.command`. */
export const builtInWorkers: ReadonlySet<CommandType> = new Set(["create_pull_request"]);

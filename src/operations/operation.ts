import type { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import type { Redact } from "../redact/redact.ts";
import type { Store } from "../store/store.ts";
import type { ServiceState } from "./service-state.ts";

/** What operations stand on. `service` is absent where no service runs: the command line opens the store by itself. */
export type OperationDeps = { store: Store; clock: Clock; redact: Redact; service?: () => ServiceState };

/**
 * Something that a person or a program may ask for, once for all doors: HTTP, command line, MCP and the page differ only in how they say it.
 * `read` changes nothing and may run on a reading connection; `write` runs where the process writes.
 */
export type Operation<Input extends z.ZodType, Output extends z.ZodType> = {
  name: string;
  kind: "read" | "write";
  /** One sentence for the API's description. */
  summary: string;
  input: Input;
  output: Output;
  run: (input: z.output<Input>, deps: OperationDeps) => Promise<z.output<Output>>;
};

/** Ties an operation's types together; returns it as it is. */
export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  definition: Operation<Input, Output>,
): Operation<Input, Output> {
  return definition;
}

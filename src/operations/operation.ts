import type { z } from "zod";
import type { Policy } from "../decide/policy.ts";
import type { Clock } from "../domain/clock.ts";
import type { NamedPullRequest } from "../domain/pull-request-url.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { QueueClock } from "../queue/queue-clock.ts";
import type { Redact } from "../redact/redact.ts";
import type { Store, StoreQueries } from "../store/store.ts";
import type { ServiceState } from "./service-state.ts";

/**
 * What operations stand on. `store` is the store itself for one that reads, and one transaction of it for one that writes. `service` is absent where no
 * service runs: the command line opens the store by itself.
 */
export type OperationDeps = {
  store: StoreQueries & Pick<Store, "engine">;
  clock: Clock;
  queueClock: QueueClock;
  redact: Redact;
  policy: Policy;
  /** Reads what people write when they mean a repository; throws REPOSITORY_URL_INVALID. */
  readRepository: (text: string) => RepositoryRef;
  /** The same for a pull request; throws VALIDATION_ERROR too. */
  readPullRequest: (text: string) => NamedPullRequest;
  /** Who asks, for the history and the audit log: `api`, `operator`. */
  actor: string;
  service?: () => ServiceState;
  /** Operations touch no files themselves. */
  readText: ReadText;
};

/** The beginning of a text file, at most so many bytes of it; null where there is none. `bytes` is the size of all of it. */
export type ReadText = (
  path: string,
  bytesMax: number,
) => Promise<{ text: string; bytes: number; isCut: boolean } | null>;

/**
 * Something that a person or a program may ask for, once for all doors: HTTP, command line, MCP and the page differ only in how they say it.
 * `read` changes nothing and may run on a reading connection; `write` runs where the process writes, in one transaction.
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

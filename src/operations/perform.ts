import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Policy } from "../decide/policy.ts";
import { instantOf, systemClock, systemSteadyClock } from "../domain/clock.ts";
import { PullwrightError } from "../domain/error.ts";
import { parseRepositoryRef, type ParseRepositoryRefOptions } from "../domain/parse-repository-ref.ts";
import { parsePullRequestUrl } from "../domain/pull-request-url.ts";
import { createQueueClock } from "../queue/queue-clock.ts";
import type { Redact } from "../redact/redact.ts";
import type { Store } from "../store/store.ts";
import type { Operation, OperationDeps, ReadText } from "./operation.ts";
import { type OperationName, operations } from "./operations.ts";

/** Who asks, and the key under which the same request may come again. */
export type Caller = { actor: string; idempotencyKey?: string };

export type PerformDeps = Omit<OperationDeps, "store" | "actor"> & { store: Store };

/** What operations stand on, from a store, the redaction, what was configured of work, and what reads files. */
export function performDepsOf(
  store: Store,
  redact: Redact,
  { policy, hosts }: { policy: Policy; hosts: ParseRepositoryRefOptions },
  readText: ReadText,
): PerformDeps {
  return {
    store,
    clock: systemClock,
    queueClock: createQueueClock(store.engine, { clock: systemClock, steadyMs: systemSteadyClock }),
    redact,
    policy,
    readRepository: (text) => parseRepositoryRef(text, hosts),
    readPullRequest: (text) => parsePullRequestUrl(text, hosts),
    readText,
  };
}

/** An answer is remembered for as long as anybody sensibly repeats a request. */
const rememberedMs = 48 * 3_600_000;

/**
 * Does what an operation asks. One that writes does so in one transaction, all of it or nothing. With an idempotency key it is done once: the same request
 * again gets the first one's answer.
 *
 * @throws PullwrightError IDEMPOTENCY_KEY_REUSED when the key was used for another request, and what the operation throws; ZodError for bad input
 */
export async function perform(
  name: OperationName,
  input: unknown,
  { actor, idempotencyKey }: Caller,
  { store, ...deps }: PerformDeps,
): Promise<unknown> {
  const known = operations[name] as unknown as Operation<z.ZodType, z.ZodType>;
  const parsed = known.input.parse(input);
  refuseNul(parsed as Record<string, unknown>);
  if (known.kind === "read") return known.run(parsed, { ...deps, store, actor });
  return store.transaction(async (queries) => {
    const run = (): Promise<unknown> =>
      known.run(parsed, { ...deps, store: { ...queries, engine: store.engine }, actor });
    if (idempotencyKey === undefined) return run();
    const requestHash = createHash("sha256")
      .update(JSON.stringify([name, parsed]))
      .digest("hex");
    const remembered = await queries.idempotencyKeys.find(idempotencyKey, requestHash);
    if (remembered?.kind === "answered") return remembered.answer;
    if (remembered?.kind === "conflict")
      throw new PullwrightError(
        "IDEMPOTENCY_KEY_REUSED",
        "This Idempotency-Key was used for another request. Use a new one for each.",
      );
    const answer = await run();
    const now = deps.clock();
    await queries.idempotencyKeys.removeBefore(instantOf(new Date(now.getTime() - rememberedMs)));
    await queries.idempotencyKeys.add(idempotencyKey, requestHash, answer, instantOf(now));
    return answer;
  });
}

/** PostgreSQL takes no text with a NUL, SQLite cuts what it compares there: nothing of ours has one, so nothing is found or kept by it. */
function refuseNul(input: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(input))
    if (typeof value === "string" && value.includes("\0"))
      throw new PullwrightError("VALIDATION_ERROR", `${name}: has a NUL in it.`);
}

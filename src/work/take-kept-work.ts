import { dirname, join } from "node:path";
import type { ClaimedCommand } from "../domain/command.ts";
import { createSecretScan } from "../redact/secret-scan.ts";
import type { CreatePullRequestPayload } from "./create-pull-request-payload.ts";
import { describeWork } from "./describe-work.ts";
import { findCommitLog } from "./find-commit-log.ts";
import { changesOfKeptWork, type KeptWork } from "./kept-work.ts";
import type { TakenWork, TakeWorkDeps } from "./take-work.ts";

/**
 * Takes work that was kept from an agent's copy, as takeWork takes that of a checkout: nothing that holds one of our secrets leaves this function.
 *
 * @throws PullwrightError COMMIT_LOG_MISSING, SECRET_IN_WORK, CHECKOUT_UNSAFE
 */
export async function takeKeptWork(
  command: ClaimedCommand,
  payload: CreatePullRequestPayload,
  kept: { work: KeptWork; folder: string },
  deps: TakeWorkDeps,
): Promise<TakenWork> {
  const root = dirname(kept.folder);
  const { log, path } = await findCommitLog({ named: join(root, "commit_log.md"), folders: [], root });
  const leaking: string[] = [];
  const changes = await changesOfKeptWork(kept, (file, bytes) => {
    const scan = createSecretScan(deps.holdsSecret);
    scan.push(bytes);
    if (scan.found()) leaking.push(file);
  });
  const { summary, skipped, at } = kept.work;
  return {
    ...describeWork(command, payload, { log, summary, skipped, leaking }, deps),
    changes,
    logPath: path,
    writtenAt: new Date(at),
    [Symbol.asyncDispose]: async () => {},
  };
}

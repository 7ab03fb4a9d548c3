import { join } from "node:path";
import type { ClaimedCommand } from "../domain/command.ts";
import type { Checkout, FileChange, Git } from "../git/git.ts";
import type { Redact } from "../redact/redact.ts";
import { createSecretScan } from "../redact/secret-scan.ts";
import type { CreatePullRequestPayload } from "./create-pull-request-payload.ts";
import { describeWork } from "./describe-work.ts";
import { findCommitLog, insideOf } from "./find-commit-log.ts";
import type { DescribedWork } from "./pull-request-text.ts";

/** An agent's work: files as bytes, for as long as it is not disposed of, and what is said of them. */
export type TakenWork = AsyncDisposable & {
  changes: FileChange[];
  described: DescribedWork;
  /** For the commit. */
  message: string;
  logPath: string;
  /** When it was done. */
  writtenAt: Date;
};

export type TakeWorkDeps = {
  git: Pick<Git, "changesOfCheckout">;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  signal: AbortSignal;
  /** Where people see the work, null when they cannot reach the dashboard. */
  baseUrl: string | null;
};

/** More than this is no work of one pull request: somebody forgot a .gitignore. */
const limits = { filesMax: 10_000, fileBytesMax: 100 * 1024 * 1024, totalBytesMax: 500 * 1024 * 1024 };

/**
 * Takes the work as it lies there. Nothing that holds one of our secrets leaves this function.
 *
 * @throws PullwrightError COMMIT_LOG_MISSING, SECRET_IN_WORK, and what reading the checkout's changes throws
 */
export async function takeWork(
  command: ClaimedCommand,
  payload: CreatePullRequestPayload,
  checkout: Checkout,
  baseSha: string,
  deps: TakeWorkDeps,
): Promise<TakenWork> {
  const {
    log,
    path: logPath,
    writtenAt,
  } = await findCommitLog({
    ...(payload.commit_log_path === undefined ? {} : { named: payload.commit_log_path }),
    folders: [...(payload.issue_dir === undefined ? [] : [payload.issue_dir]), payload.checkout, checkout.root],
    root: checkout.root,
  });
  const inside = [payload.issue_dir, logPath, join(checkout.root, "codex_implementation")].flatMap((path) => {
    const found = path === undefined ? null : insideOf(checkout.root, path);
    return found === null ? [] : [found];
  });
  const scans = new Map<string, ReturnType<typeof createSecretScan>>();
  // What was read is kept in a file; it must not stay there when it may not be sent.
  await using reading = new AsyncDisposableStack();
  const found = await deps.git.changesOfCheckout(
    checkout,
    {
      baseSha,
      ...(payload.changed_files === undefined ? {} : { only: payload.changed_files }),
      leaveOut: inside,
      ...limits,
      onBytes: (path, bytes) => {
        const scan = scans.get(path) ?? createSecretScan(deps.holdsSecret);
        scans.set(path, scan);
        scan.push(bytes);
      },
    },
    { signal: deps.signal },
  );
  reading.use(found);
  const { changes, summary, skipped } = found;
  const leaking = [...scans].filter(([, scan]) => scan.found()).map(([path]) => path);
  const words = describeWork(command, payload, { log, summary, skipped, leaking }, deps);
  const kept = reading.move();
  return {
    ...words,
    changes,
    logPath,
    writtenAt,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

import type { ClaimedCommand } from "../domain/command.ts";
import type { CheckoutRemote, Git } from "../git/git.ts";
import { formatOfId, type ObjectFormat } from "../git/object-id.ts";
import type { CreatePullRequestPayload } from "./create-pull-request-payload.ts";
import { readKeptWork } from "./kept-work.ts";
import { takeKeptWork } from "./take-kept-work.ts";
import { type TakenWork, takeWork, type TakeWorkDeps } from "./take-work.ts";

/** Where the work of a pull request lies: in a checkout, or kept from a copy in which an agent did it. */
export type WorkSource = {
  /** As whoever did the work named it; null where the checkout's remotes say. */
  repository: string | null;
  baseBranch: string | null;
  remotes: CheckoutRemote[];
  format: ObjectFormat;
  /** The commit that the work stands on. */
  baseSha: (remote: string, baseBranch: string) => Promise<string>;
  take: (baseSha: string) => Promise<TakenWork>;
};

/** @throws PullwrightError CHECKOUT_NOT_FOUND, CHECKOUT_UNSAFE, PAYLOAD_INVALID */
export async function workSourceOf(
  command: ClaimedCommand,
  payload: CreatePullRequestPayload,
  deps: TakeWorkDeps & { git: Pick<Git, "readCheckout" | "changesOfCheckout"> },
): Promise<WorkSource> {
  const resultPath = payload.implementation_result_path;
  const kept = resultPath === undefined ? null : await readKeptWork(resultPath);
  if (kept !== null) {
    const { work } = kept;
    return {
      repository: work.repository,
      baseBranch: work.baseBranch,
      remotes: [],
      format: formatOfId(work.baseSha),
      baseSha: async () => work.baseSha,
      take: () => takeKeptWork(command, payload, kept, deps),
    };
  }
  const checkout = await deps.git.readCheckout(payload.checkout, { signal: deps.signal });
  return {
    repository: null,
    baseBranch: null,
    remotes: checkout.remotes,
    format: checkout.config.format,
    baseSha: checkout.baseSha,
    take: (baseSha) => takeWork(command, payload, checkout, baseSha, deps),
  };
}

import type { ChangeRef } from "../store/reverts.ts";
import type { StoreQueries } from "../store/store.ts";
import { changesIn } from "./revert-changes.ts";
import { readRevertChain } from "./revert-chain.ts";
import { revertedSince } from "./standing.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/**
 * Makes `reverted_at` true again for everything that hangs together with these changes by reverts. Reads the whole chain and writes only what
 * differs, so a second call writes nothing.
 */
export async function settleReverts(repositoryId: number, touched: ChangeRef[], deps: Deps): Promise<void> {
  if (touched.length === 0 || !(await deps.reverts.any(repositoryId))) return;
  const chain = await readRevertChain(repositoryId, touched, deps);
  if (chain === null) return;
  const { changes, idOfPullRequest, idOfCommit } = changesIn(chain);
  const answers = revertedSince(changes);
  for (const row of chain.pullRequests) {
    const revertedAt = answers.get(idOfPullRequest(row)) ?? null;
    if (revertedAt !== row.reverted_at) await deps.pullRequests.setReverted(row.id, revertedAt);
  }
  for (const row of chain.commits) {
    const revertedAt = row.landed_at === null ? null : (answers.get(idOfCommit(row)) ?? null);
    if (revertedAt !== row.reverted_at) await deps.commits.setReverted(row.id, revertedAt);
  }
}

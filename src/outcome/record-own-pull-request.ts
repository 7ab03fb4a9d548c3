import type { Instant } from "../domain/clock.ts";
import type { PullRequestFact } from "../domain/fact.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import type { StoreQueries } from "../store/store.ts";
import { recordPullRequest } from "./record-pull-request.ts";
import { resolveRepository } from "./resolve-repository.ts";

/**
 * Joins what a forge answered us of a pull request into the outcomes, in the caller's transaction; a webhook that tells the same changes nothing then. Safe to
 * call again.
 */
export async function recordOwnPullRequest(
  mention: RepositoryMention,
  fact: PullRequestFact,
  payloadText: string,
  now: Instant,
  queries: StoreQueries,
): Promise<void> {
  const repository = await resolveRepository(mention, fact.observedAt, now, queries);
  await recordPullRequest(repository, fact, payloadText, queries);
}

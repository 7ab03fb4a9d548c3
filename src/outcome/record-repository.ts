import type { Decision } from "../domain/decision.ts";
import type { RepositoryFact } from "../domain/fact.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";

/** Follows a rename, a transfer or a deletion. Outcomes of a deleted repository stay: what was done was done. */
export async function recordRepository(repository: RepositoryRow, fact: RepositoryFact, deps: Pick<StoreQueries, "repositories">): Promise<Decision> {
  const rule = "record-repository";
  if (fact.formerSlug !== null) await deps.repositories.addName(repository.id, fact.formerSlug);
  if (fact.change !== "deleted") {
    return { rule, verdict: "recorded", because: `It is called ${repository.slug} now${fact.formerSlug === null ? "" : `, before ${fact.formerSlug}`}; its rows go with it.` };
  }
  if (repository.state === "deleted") return { rule, verdict: "unchanged", because: "The deletion was known already." };
  await deps.repositories.update(repository.id, { state: "deleted" });
  return { rule, verdict: "recorded", because: "It was deleted at the forge; what is known of it stays here." };
}

import type { Decision } from "../domain/decision.ts";
import type { RepositoryFact } from "../domain/fact.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { absorbNamesakes } from "./absorb-namesakes.ts";
import { deletionRegister } from "./join-repository.ts";
import { updateRepository } from "./update-repository.ts";

const rule = "record-repository";

/** Follows a rename, a transfer or a deletion. Outcomes of a deleted repository stay: what was done was done. */
export async function recordRepository(
  repository: RepositoryRow,
  fact: RepositoryFact,
  deps: Pick<StoreQueries, "repositories" | "ciRuns">,
): Promise<Decision> {
  const { formerSlug } = fact;
  if (formerSlug !== null && (await deps.repositories.addName(repository.id, formerSlug)))
    await absorbNamesakes(repository, formerSlug, deps);
  if (fact.change !== "deleted") {
    return {
      rule,
      verdict: "recorded",
      because: `It is called ${repository.slug} now${formerSlug === null ? "" : `, before ${formerSlug}`}; its rows go with it.`,
    };
  }
  const after = await updateRepository(repository, deletionRegister(fact.observedAt), deps);
  if (after.registers === repository.registers)
    return { rule, verdict: "unchanged", because: "The deletion was known already." };
  return { rule, verdict: "recorded", because: "It was deleted at the forge; what is known of it stays here." };
}

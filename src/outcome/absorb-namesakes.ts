import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { joinStoredCiRuns } from "./record-ci-run.ts";
import type { RepositoryRegisters } from "./join-repository.ts";
import { updateRepository } from "./update-repository.ts";

type Deps = Pick<StoreQueries, "repositories" | "ciRuns">;

/**
 * Joins into a forge's repository the rows that CI systems made when only its name was known. Such a row has no numeric id and nothing but CI runs; a run
 * of which both were told becomes one. Returns the repository with what they knew of it.
 */
export async function absorbNamesakes(repository: RepositoryRow, name: string, deps: Deps): Promise<RepositoryRow> {
  let joined = repository;
  for (const other of await deps.repositories.findByName(name)) {
    if (other.forge_id !== null || (other.host !== null && other.host !== repository.host)) continue;
    joined = await updateRepository(joined, JSON.parse(other.registers) as Partial<RepositoryRegisters>, deps);
    for (const { one, other: twice } of await deps.ciRuns.toldTwice(joined.id, other.id)) {
      await joinStoredCiRuns(joined, one, twice, deps);
      await deps.ciRuns.remove(twice.id);
    }
    await deps.ciRuns.moveAll(other.id, joined);
    await deps.repositories.replaceBy(other.id, joined.id);
  }
  return joined;
}

import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { readRepository, type RepositoryRegisters } from "./join-repository.ts";
import { joinRegisters, registersText } from "./register.ts";

/** Joins what was said into a repository's row and writes what it changes; a new name spreads to its outcomes. Saying the same again writes nothing. */
export async function updateRepository(
  row: RepositoryRow,
  said: Partial<RepositoryRegisters>,
  deps: Pick<StoreQueries, "repositories">,
): Promise<RepositoryRow> {
  const joined = joinRegisters<RepositoryRegisters>(JSON.parse(row.registers) as Partial<RepositoryRegisters>, said);
  const registers = registersText(joined);
  if (registers === row.registers) return row;
  const columns = { ...readRepository(joined), registers };
  await deps.repositories.update(row.id, columns);
  if (columns.slug !== row.slug) await deps.repositories.spreadSlug(row.id, columns.slug);
  return { ...row, ...columns };
}

import type { Instant } from "../domain/clock.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { absorbNamesakes } from "./absorb-namesakes.ts";
import { registersText } from "./register.ts";
import { readRepository, type RepositoryRegisters, repositoryRegisters } from "./join-repository.ts";
import { updateRepository } from "./update-repository.ts";

type Deps = Pick<StoreQueries, "repositories" | "ciRuns">;

/**
 * The row of the repository that a payload speaks of, made when it is new, with what the payload says of it joined in. A forge's word goes by host and
 * numeric id. A CI system knows a name only: its word goes to whoever bears or bore that name, and waits in a row of its own until the forge has spoken.
 *
 * Any order of the same words ends the same, but for one case: where two repositories have borne a name one after the other, a CI system's word
 * goes to the one that bears it as far as is known when it is heard.
 */
export async function resolveRepository(
  mention: RepositoryMention,
  occurredAt: Instant,
  recordedAt: Instant,
  deps: Deps,
): Promise<RepositoryRow> {
  const said = repositoryRegisters(mention, occurredAt);
  const known = await findRepository(mention, deps);
  if (known === undefined) return add(mention, said, recordedAt, deps);
  const named = await learnHost(known, mention, deps);
  if (mention.forgeId === null) return updateRepository(named, said, deps);
  // Also an older name is worth keeping: a CI system may still use it.
  const isNewName =
    mention.slug.toLowerCase() !== known.slug_key && (await deps.repositories.addName(known.id, mention.slug));
  const joined = await updateRepository(named, said, deps);
  return isNewName ? absorbNamesakes(joined, mention.slug, deps) : joined;
}

/** The row as it is known now, without learning anything; undefined when nobody spoke of it before. */
export async function findRepository(
  mention: RepositoryMention,
  deps: Pick<Deps, "repositories">,
): Promise<RepositoryRow | undefined> {
  if (mention.forgeId !== null) return deps.repositories.findByIdentity(mention);
  const named = await deps.repositories.findByName(mention.slug);
  const onHost = named.filter((row) => mention.host === null || row.host === null || row.host === mention.host);
  return onHost.toSorted((a, b) => compareClaims(a, b, mention.slug.toLowerCase()))[0];
}

async function add(
  mention: RepositoryMention,
  said: Partial<RepositoryRegisters>,
  recordedAt: Instant,
  deps: Deps,
): Promise<RepositoryRow> {
  const row = await deps.repositories.add({
    forge: mention.forge,
    host: mention.host,
    forge_id: mention.forgeId,
    ...readRepository(said),
    registers: registersText(said),
    recorded_at: recordedAt,
  });
  await deps.repositories.addName(row.id, mention.slug);
  return mention.forgeId === null ? row : absorbNamesakes(row, mention.slug, deps);
}

/** One CI system may say where the repository is that another only named. */
async function learnHost(row: RepositoryRow, mention: RepositoryMention, deps: Deps): Promise<RepositoryRow> {
  if (row.forge_id !== null) return row;
  const learned = { forge: row.forge ?? mention.forge, host: row.host ?? mention.host };
  if (learned.forge === row.forge && learned.host === row.host) return row;
  await deps.repositories.update(row.id, learned);
  return { ...row, ...learned };
}

/** First what the forge itself has spoken of, then who bears the name today, then who was heard of last. */
function compareClaims(a: RepositoryRow, b: RepositoryRow, slugKey: string): number {
  return (
    Number(b.forge_id !== null) - Number(a.forge_id !== null) ||
    Number(b.slug_key === slugKey) - Number(a.slug_key === slugKey) ||
    (heardAt(a) < heardAt(b) ? 1 : heardAt(a) > heardAt(b) ? -1 : a.id - b.id)
  );
}

function heardAt(row: RepositoryRow): string {
  return (JSON.parse(row.registers) as Partial<RepositoryRegisters>).slug?.stamp.at ?? "";
}

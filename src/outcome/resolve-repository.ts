import type { Instant } from "../domain/clock.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";

type Deps = Pick<StoreQueries, "repositories">;

/**
 * The row of the repository that a payload speaks of, made when it is new. A forge's word goes by host and numeric id; a CI system's by name,
 * matched to what is or was called so. A row that only CI knew is taken over by the first forge that has a repository of that name. A newer word
 * renames, an older one does not.
 */
export async function resolveRepository(mention: RepositoryMention, occurredAt: Instant, recordedAt: Instant, deps: Deps): Promise<RepositoryRow> {
  const known = await findRepository(mention, deps);
  if (known === undefined) return add(mention, occurredAt, recordedAt, deps);
  const row = await learnIdentity(known, mention, deps);
  return rename(row, mention, occurredAt, deps);
}

/** The row as it is known now, without learning anything; undefined when nobody spoke of it before. */
export async function findRepository(mention: RepositoryMention, deps: Deps): Promise<RepositoryRow | undefined> {
  if (mention.forgeId !== null) {
    const exact = await deps.repositories.findByIdentity(mention);
    if (exact !== undefined) return exact;
    const named = await deps.repositories.findByName(mention.slug);
    return named.find((row) => row.forge_id === null && (row.host === null || row.host === mention.host));
  }
  const named = await deps.repositories.findByName(mention.slug);
  const onHost = named.filter((row) => mention.host === null || row.host === null || row.host === mention.host);
  // Of several that bear or bore the name, the one that bears it today.
  return onHost.find((row) => row.slug_key === mention.slug.toLowerCase()) ?? onHost[0];
}

async function add(mention: RepositoryMention, occurredAt: Instant, recordedAt: Instant, deps: Deps): Promise<RepositoryRow> {
  const row = await deps.repositories.add({
    forge: mention.forge,
    host: mention.host,
    forge_id: mention.forgeId,
    slug: mention.slug,
    slug_key: mention.slug.toLowerCase(),
    default_branch: mention.defaultBranch,
    url: mention.url,
    state: "active",
    // A CI system's spelling of the name yields to the forge's, whenever that speaks.
    named_at: mention.forgeId === null ? "" : occurredAt,
    recorded_at: recordedAt,
  });
  await deps.repositories.addName(row.id, mention.slug);
  return row;
}

async function learnIdentity(row: RepositoryRow, mention: RepositoryMention, deps: Deps): Promise<RepositoryRow> {
  const learned = {
    ...(row.forge === null && mention.forge !== null ? { forge: mention.forge } : {}),
    ...(row.host === null && mention.host !== null ? { host: mention.host } : {}),
    ...(row.forge_id === null && mention.forgeId !== null ? { forge_id: mention.forgeId } : {}),
    ...(row.url === null && mention.url !== null ? { url: mention.url } : {}),
  };
  if (Object.keys(learned).length === 0) return row;
  await deps.repositories.update(row.id, learned);
  return { ...row, ...learned };
}

async function rename(row: RepositoryRow, mention: RepositoryMention, occurredAt: Instant, deps: Deps): Promise<RepositoryRow> {
  if (mention.forgeId === null) return row;
  const isNewer = occurredAt > row.named_at || (occurredAt === row.named_at && mention.slug > row.slug);
  if (mention.slug !== row.slug) await deps.repositories.addName(row.id, mention.slug);
  if (!isNewer) return row;
  const learned = {
    ...(mention.slug === row.slug ? {} : { slug: mention.slug, slug_key: mention.slug.toLowerCase() }),
    ...(mention.defaultBranch === null || mention.defaultBranch === row.default_branch ? {} : { default_branch: mention.defaultBranch }),
    ...(mention.url === null || mention.url === row.url ? {} : { url: mention.url }),
  };
  // The moment moves on also when nothing else does: else a late word between two others would rename it back.
  await deps.repositories.update(row.id, { ...learned, named_at: occurredAt });
  if (learned.slug !== undefined) await deps.repositories.spreadSlug(row.id, learned.slug);
  return { ...row, ...learned, named_at: occurredAt };
}

import type { Instant } from "../domain/clock.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import { type Register, type Stamp, withoutAbsent } from "./register.ts";

/** What is known of a repository besides its identity, each with the moment at which it was so. */
export type RepositoryRegisters = {
  slug: Register<string>;
  defaultBranch: Register<string>;
  url: Register<string>;
  state: Register<RepositoryRow["state"]>;
};

/** A CI system's spelling of a name yields to the forge's, whenever that speaks. */
const hearsay = "";

/** What a mention says by itself. Whoever is spoken of is there: a repository that was deleted and is heard of later has been restored. */
export function repositoryRegisters(mention: RepositoryMention, occurredAt: Instant): Partial<RepositoryRegisters> {
  const at = mention.forgeId === null ? hearsay : occurredAt;
  const said = (value: string | null): Register<string> | undefined =>
    value === null ? undefined : { value, stamp: stampOf(value, at, 0) };
  return withoutAbsent({
    slug: said(mention.slug),
    defaultBranch: said(mention.defaultBranch),
    url: said(mention.url),
    state: { value: "active" as const, stamp: stampOf("active", at, 0) },
  });
}

/** The event of the deletion mentions the repository too: at the same moment, the deletion counts. */
export function deletionRegister(observedAt: Instant): Pick<RepositoryRegisters, "state"> {
  return { state: { value: "deleted", stamp: stampOf("deleted", observedAt, 1) } };
}

/** The row's columns out of the registers. */
export function readRepository(
  registers: Partial<RepositoryRegisters>,
): Pick<RepositoryRow, "slug" | "slug_key" | "default_branch" | "url" | "state"> {
  const slug = registers.slug?.value ?? "";
  return {
    slug,
    slug_key: slug.toLowerCase(),
    default_branch: registers.defaultBranch?.value ?? null,
    url: registers.url?.value ?? null,
    state: registers.state?.value ?? "active",
  };
}

/** Two words of one moment are told apart by what they say, so that every order ends the same. */
function stampOf(value: string, at: string, rank: number): Stamp {
  return { at, rank, sha: value, tied: false };
}

import type { RepositoryMention } from "../../domain/repository.ts";
import {
  type Fields,
  optionalId,
  optionalLine,
  optionalObject,
  optionalUrl,
  requiredObject,
  requiredSlug,
} from "../read-field.ts";
import { isGithubSlug } from "../repository-slug.ts";
import { hostOf } from "../web-url.ts";

/** The payload's `repository`, for events that are about one. */
export function repositoryOf(payload: Fields): RepositoryMention {
  return repositoryMention(requiredObject(payload, "repository"));
}

/** Null for the events of an organisation or an App. */
export function repositoryIfAny(payload: Fields): RepositoryMention | null {
  const repository = optionalObject(payload, "repository");
  return repository === undefined ? null : repositoryMention(repository);
}

/**
 * GitHub's repository object, as every payload carries it. The host is that of `html_url`: `api.` addresses name
 * another one.
 */
export function repositoryMention(repository: Fields): RepositoryMention {
  const url = optionalUrl(repository, "html_url") ?? null;
  return {
    forge: "github",
    host: url === null ? null : hostOf(url),
    forgeId: optionalId(repository, "id") ?? null,
    slug: requiredSlug(repository, "full_name", isGithubSlug),
    defaultBranch: optionalLine(repository, "default_branch") ?? null,
    url,
  };
}

import type { RepositoryMention } from "../../domain/repository.ts";
import {
  type Fields,
  checkedSlug,
  optionalId,
  optionalLine,
  optionalObject,
  optionalUrl,
  pathOf,
  requiredLine,
  requiredObject,
  requiredSlug,
} from "../read-field.ts";
import { isGitlabSlug } from "../repository-slug.ts";
import { hostOf, pathOf as urlPathOf } from "../web-url.ts";

/**
 * The payload's `project`. Never its `name`, nor `project_name` or `name_with_namespace`: those are for people, have
 * spaces, and may be the same for two projects. Older servers leave the id out of `project` and say it beside it, or
 * in the merge request as the target's.
 */
export function repositoryOf(payload: Fields): RepositoryMention {
  const project = requiredObject(payload, "project");
  const attributes = optionalObject(payload, "object_attributes");
  const targetId = attributes === undefined ? undefined : optionalId(attributes, "target_project_id");
  const url = optionalUrl(project, "web_url") ?? optionalUrl(project, "homepage") ?? null;
  return {
    forge: "gitlab",
    host: url === null ? null : hostOf(url),
    forgeId: optionalId(project, "id") ?? optionalId(payload, "project_id") ?? targetId ?? null,
    slug: requiredSlug(project, "path_with_namespace", isGitlabSlug),
    defaultBranch: optionalLine(project, "default_branch") ?? null,
    url,
  };
}

/**
 * The events of jobs: newer servers send a `project` as everywhere, older ones only an id and the address of the
 * project's page.
 */
export function repositoryOfJob(payload: Fields): RepositoryMention {
  if (optionalObject(payload, "project") !== undefined) {
    const mention = repositoryOf(payload);
    return { ...mention, forgeId: optionalId(payload, "project_id") ?? mention.forgeId };
  }
  const repository = requiredObject(payload, "repository");
  const homepage = optionalUrl(repository, "homepage") ?? requiredLine(repository, "homepage");
  return {
    forge: "gitlab",
    host: hostOf(homepage),
    forgeId: optionalId(payload, "project_id") ?? null,
    slug: checkedSlug(urlPathOf(homepage) ?? "", isGitlabSlug, pathOf(repository, "homepage")),
    defaultBranch: null,
    url: optionalUrl(repository, "homepage") ?? null,
  };
}

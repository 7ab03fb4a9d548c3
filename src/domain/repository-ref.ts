import type { ForgeName } from "./repository.ts";

/** A repository as one may name it: enough to call its forge and to build its remote's URL. Says nothing of whether it exists. */
export type RepositoryRef = {
  forge: ForgeName;
  /** Lower case, with the port where it is not the scheme's own. */
  host: string;
  /** `owner/repo`; on GitLab `group/sub/project`. As written; compare in lower case. */
  slug: string;
  /** How it was named: over which transport git would reach it. A bare name is `https`. */
  transport: "https" | "http" | "ssh";
};

/** `<forge>:<host>/<slug in lower case>`: the key under which a repository's commands are queued and its mirror kept. */
export function repositoryKeyOf(ref: Pick<RepositoryRef, "forge" | "host" | "slug">): string {
  return `${ref.forge}:${ref.host}/${ref.slug.toLowerCase()}`;
}

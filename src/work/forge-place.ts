import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { Forge } from "../forges/forge.ts";
import type { RemoteAuth } from "../git/git.ts";

/** What is needed to work at one forge: its API, how git signs in there, and what was configured for it. */
export type ForgePlace = {
  forge: Forge;
  /** Read anew each time: a token may have been replaced. Throws GITHUB_NOT_CONFIGURED or GITLAB_NOT_CONFIGURED where there is none. */
  remoteOf: (ref: RepositoryRef) => Promise<{ url: string; auth: RemoteAuth }>;
  settings: { baseBranch: string; remote: string; branchPrefix: string; draft: boolean };
};

/** The place that a repository is at. Throws REPOSITORY_URL_INVALID for one that is at no configured forge. */
export type FindForgePlace = (ref: Pick<RepositoryRef, "forge" | "host">) => ForgePlace;

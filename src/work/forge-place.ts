import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { Forge } from "../forges/forge.ts";
import type { CredentialInUse } from "../forges/use-credential.ts";
import type { RemoteAuth } from "../git/git.ts";

/** Where git finds a repository, and how it signs in there. What only looks, fetching and listing, is done by `looking`. */
export type RemoteAccess = { remote: { url: string; auth: RemoteAuth } } & Pick<CredentialInUse, "looking">;

/** What is needed to work at one forge: its API, how git signs in there, and what was configured for it. */
export type ForgePlace = {
  forge: Forge;
  /**
   * Lends git the way to a repository; see forges/use-credential.ts. The credential is read anew each time, and `act` is called a second time where it was
   * replaced meanwhile. Throws GITHUB_NOT_CONFIGURED or GITLAB_NOT_CONFIGURED where there is none, FORGE_CREDENTIAL_REFUSED and FORGE_FORBIDDEN while it
   * rests.
   */
  withRemote: <Value>(ref: RepositoryRef, act: (access: RemoteAccess) => Promise<Value>) => Promise<Value>;
  settings: { baseBranch: string; remote: string; branchPrefix: string; draft: boolean };
};

/** The place that a repository is at. Throws REPOSITORY_URL_INVALID for one that is at no configured forge. */
export type FindForgePlace = (ref: Pick<RepositoryRef, "forge" | "host">) => ForgePlace;

import { PullwrightError } from "../domain/error.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { CheckoutRemote } from "../git/git.ts";
import type { FindForgePlace } from "./forge-place.ts";

export type RepositoryOfWorkDeps = {
  /** Reads what people write when they mean a repository. */
  readRepository: (text: string) => RepositoryRef;
  /** Where work goes that names no repository, and whose checkout has no such remote. */
  defaultRepository: string | null;
  /** Which remote is meant is configured for each forge. */
  placeOf: (ref: RepositoryRef) => { settings: Pick<ReturnType<FindForgePlace>["settings"], "remote"> };
};

/**
 * Which repository work is for: whoever asks says, else the checkout's remote of the configured name, else the configuration.
 *
 * @throws PullwrightError REPOSITORY_URL_INVALID when nothing says
 */
export function repositoryOfWork(
  named: string | undefined,
  remotes: CheckoutRemote[],
  { readRepository, defaultRepository, placeOf }: RepositoryOfWorkDeps,
): RepositoryRef {
  if (named !== undefined) return readRepository(named);
  // Which forge a remote is at shows only in its address.
  for (const remote of remotes) {
    const ref = tryRead(remote.pushUrl ?? remote.url, readRepository);
    if (ref !== null && placeOf(ref).settings.remote === remote.name) return ref;
  }
  if (defaultRepository !== null) return readRepository(defaultRepository);
  const names = remotes.map(({ name }) => name).join(", ") || "none";
  throw new PullwrightError(
    "REPOSITORY_URL_INVALID",
    `Nothing says which repository this work is for: the checkout's remotes (${names}) are at no known forge under the configured name. Name it as \`repository\`, or set PULLWRIGHT_GITHUB_OWNER and _REPO, PULLWRIGHT_GITLAB_PROJECT or the forge's API base URL.`,
  );
}

function tryRead(url: string, readRepository: (text: string) => RepositoryRef): RepositoryRef | null {
  try {
    return readRepository(url);
  } catch (error) {
    if (error instanceof PullwrightError && error.code === "REPOSITORY_URL_INVALID") return null;
    throw error;
  }
}

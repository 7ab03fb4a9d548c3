import { PullwrightError } from "../../domain/error.ts";
import { type CredentialSource, fingerprintOf } from "../credential.ts";

/** Gives the token as it is now, read from its file or the environment each time; null when there is none. */
export type ReadToken = () => Promise<string | null>;

/** One token for all projects: a personal one, a group's, or a project's. Throws GITLAB_NOT_CONFIGURED when there is none. */
export function createTokenCredential(host: string, readToken: ReadToken): CredentialSource {
  return async () => {
    const token = await readToken();
    if (token === null)
      throw new PullwrightError(
        "GITLAB_NOT_CONFIGURED",
        `There is no credential for ${host}. Set PULLWRIGHT_GITLAB_TOKEN or its file.`,
      );
    return { token, fingerprint: fingerprintOf(host, token) };
  };
}

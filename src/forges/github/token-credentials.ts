import { PullwrightError } from "../../domain/error.ts";
import { type CredentialSource, fingerprintOf } from "../credential.ts";
import type { ForgeUser } from "../forge.ts";
import { keepUnlessItFails } from "../keep-unless-it-fails.ts";
import type { AskGithub } from "./ask.ts";
import type { GithubCredentials } from "./credentials.ts";
import { readCurrentUser } from "./user.ts";

/** Gives the token as it is now, read from its file or the environment each time; null when there is none. */
export type ReadToken = () => Promise<string | null>;

/** One personal or machine user's token for all repositories. */
export function createTokenCredentials(host: string, readToken: ReadToken, ask: AskGithub): GithubCredentials {
  const credential: CredentialSource = async () => {
    const token = await readToken();
    if (token === null)
      throw new PullwrightError(
        "GITHUB_NOT_CONFIGURED",
        `There is no credential for ${host}. Set PULLWRIGHT_GITHUB_TOKEN or its file, or the App's id and key.`,
      );
    return { token, fingerprint: fingerprintOf(host, token) };
  };
  /** By the token: another one may be another user's. */
  const users = new Map<string, Promise<ForgeUser>>();
  return {
    forRepository: () => credential,
    permissions: async () => null,
    whoAmI: async (options) => {
      const { fingerprint } = await credential();
      return await keepUnlessItFails(users, fingerprint, () => readCurrentUser(ask, credential, options));
    },
  };
}

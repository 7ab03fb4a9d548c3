import type { CredentialSource } from "../credential.ts";
import type { CallOptions, ForgeRepositoryRef, ForgeUser } from "../forge.ts";

/** As whom GitHub is called. */
export type GithubCredentials = {
  forRepository: (ref: ForgeRepositoryRef) => CredentialSource;
  /** What an App was granted at a repository, `contents: "write"`; null with a token, whose rights the repository itself tells. */
  permissions: (ref: ForgeRepositoryRef, options: CallOptions | undefined) => Promise<Record<string, string> | null>;
  whoAmI: (options: CallOptions | undefined) => Promise<ForgeUser>;
};

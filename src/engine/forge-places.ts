import { readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { readSecretPlace, type SecretPlace } from "../config/secret-files.ts";
import type { Clock } from "../domain/clock.ts";
import type { CredentialStandings } from "../domain/credential-standing.ts";
import { PullwrightError } from "../domain/error.ts";
import { remoteUrlOf } from "../domain/parse-repository-ref.ts";
import { type RepositoryRef, repositoryKeyOf } from "../domain/repository-ref.ts";
import { type CredentialSource, fingerprintOf } from "../forges/credential.ts";
import { createForgeFetch } from "../forges/forge-fetch.ts";
import type { Forge, ForgeRepositoryRef } from "../forges/forge.ts";
import { createGithubForge } from "../forges/github/github-forge.ts";
import { createGitlabForge } from "../forges/gitlab/gitlab-forge.ts";
import { createCredentialUse } from "../forges/use-credential.ts";
import type { Wait } from "../forges/wait.ts";
import type { RemoteAuth } from "../git/git.ts";
import type { Log } from "../log.ts";
import type { Redact } from "../redact/redact.ts";
import type { FindForgePlace, ForgePlace } from "../work/forge-place.ts";
import type { WorkOptions } from "../config/work-options.ts";

type Deps = {
  standings: CredentialStandings;
  redact: Redact;
  learn: (secrets: string[]) => void;
  /** Asks the person's own credential helper for the password of a host; null when there is none. */
  askCredentialHelper: (host: string) => Promise<string | null>;
  log: Log;
  clock: Clock;
  wait: Wait;
};

/**
 * The forges that are configured, each with its API client and the way git signs in. A token is read anew whenever it is used, so that one which was
 * replaced counts at once; what was read is known to the redaction before it is used.
 */
export function createForgePlaces(options: WorkOptions, deps: Deps): FindForgePlace {
  const places = new Map<string, ForgePlace>();
  return ({ forge, host }) => {
    const key = `${forge}:${host}`;
    const place = places.get(key) ?? createPlace(forge, host, options, deps);
    places.set(key, place);
    return place;
  };
}

function createPlace(name: "github" | "gitlab", host: string, options: WorkOptions, deps: Deps): ForgePlace {
  const { apiBaseUrl: configured, requestTimeoutMs, baseBranch, remote, branchPrefix, draft } = options[name];
  const apiBaseUrl = apiAt(name, host, configured);
  const wholeMs = Math.max(30_000, requestTimeoutMs);
  // A write's turn must outlast the write, or another would begin beside it.
  const limits = { turnMs: wholeMs + 15_000 };
  let isSkewTold = false;
  const caller = {
    fetch: createForgeFetch({
      baseUrl: apiBaseUrl,
      budgets: { headersMs: requestTimeoutMs, wholeMs },
      ...(options.caFile === null ? {} : { certificateAuthority: readFileSync(options.caFile, "utf8") }),
    }),
    standings: deps.standings,
    redact: deps.redact,
    now: deps.clock,
    wait: deps.wait,
    random: Math.random,
    onSkew: (skewMs: number) => {
      // Heard at every answer; once says it.
      if (isSkewTold) return;
      isSkewTold = true;
      deps.log.warn({ host, skewMs }, `The clock of ${host} and ours differ by ${Math.round(skewMs / 1000)} seconds`);
    },
    onUnstored: (error: unknown) =>
      deps.log.error({ host, err: error }, `Where we stand with ${host} could not be stored; this process still knows`),
  };
  const readToken = (place: SecretPlace | null) => async (): Promise<string | null> => {
    if (place === null && !options.git.credentialHelper) return null;
    const token = place === null ? await deps.askCredentialHelper(host) : readSecretPlace(place);
    if (token === null) return null;
    deps.learn([token]);
    if (/\s/.test(token))
      throw new PullwrightError(
        "SECRET_MALFORMED",
        `${place?.from ?? `The credential helper's answer for ${host}`} holds white space, which no token has.`,
      );
    return token;
  };
  const { app, token } = options.github;
  const made: Forge & { credentialFor: (ref: ForgeRepositoryRef) => CredentialSource } =
    name === "github"
      ? createGithubForge(
          { host, apiBaseUrl, limits },
          {
            ...caller,
            credential:
              app === null || token !== null
                ? { kind: "token", readToken: readToken(token) }
                : { kind: "app", appId: app.id, readPrivateKey: () => readFile(app.privateKeyFile, "utf8") },
            learnSecret: (secret) => deps.learn([secret]),
          },
        )
      : createGitlabForge({ host, apiBaseUrl, limits }, { ...caller, readToken: readToken(options.gitlab.token) });
  const useCredential = createCredentialUse(titles[name], {
    standings: deps.standings,
    now: deps.clock,
    onUnstored: caller.onUnstored,
  });
  return {
    forge: made,
    settings: { baseBranch, remote, branchPrefix, draft },
    withRemote: async (ref, act) => {
      const way = wayTo(ref, made, options);
      return useCredential(way.credential, repositoryKeyOf(ref), ({ token: lent, looking }) =>
        act({ remote: way.remote(lent), looking }),
      );
    },
  };
}

/** How git reaches a repository: by ssh where it was named so and there is a key, else over https with the API's credential. */
function wayTo(
  ref: RepositoryRef,
  forge: { credentialFor: (ref: ForgeRepositoryRef) => CredentialSource },
  { git }: WorkOptions,
): { credential: CredentialSource; remote: (token: string) => { url: string; auth: RemoteAuth } } {
  const keyPath = git.sshKeyFile;
  if (ref.transport === "ssh" && keyPath !== null) {
    const knownHostsPath = git.knownHostsFile;
    if (knownHostsPath === null)
      throw new PullwrightError(
        "CONFIG_INVALID",
        "git.ssh_key_file is set and git.known_hosts_file is not. Put the forge's host key into a file and name it.",
      );
    const auth = { kind: "ssh", keyPath, knownHostsPath } as const;
    return { credential: keyIn(keyPath, ref.host), remote: () => ({ url: remoteUrlOf(ref), auth }) };
  }
  const url = remoteUrlOf({ ...ref, transport: ref.transport === "ssh" ? "https" : ref.transport });
  const user = ref.forge === "github" ? "x-access-token" : "oauth2";
  return {
    credential: forge.credentialFor(ref),
    remote: (token) => ({ url, auth: { kind: "basic", user, token, via: git.auth } }),
  };
}

/** A key is known by its file and by when that was written: one that was replaced is another. The key itself is read by ssh alone. */
function keyIn(path: string, host: string): CredentialSource {
  return async () => {
    const writtenMs = (await stat(path).catch(() => null))?.mtimeMs ?? 0;
    const token = `ssh ${path} ${writtenMs}`;
    return { token, fingerprint: fingerprintOf(host, token) };
  };
}

/**
 * The API at a host that we have a credential for: the configured one alone, or the public one where none is configured. A token for one host is never
 * shown to another, though both are GitHub's or GitLab's.
 */
function apiAt(name: "github" | "gitlab", host: string, configured: string | null): string {
  const apiBaseUrl = configured ?? publicApis[name];
  const { host: apiHost } = new URL(apiBaseUrl);
  if ((apiHost === "api.github.com" ? "github.com" : apiHost) === host) return apiBaseUrl;
  throw new PullwrightError(
    "REPOSITORY_URL_INVALID",
    `${host} is not the forge that is configured (${apiHost}), and gets none of its credentials. ${name}.api_base_url says which one is.`,
  );
}

const titles = { github: "GitHub", gitlab: "GitLab" };
const publicApis = { github: "https://api.github.com", gitlab: "https://gitlab.com/api/v4" };

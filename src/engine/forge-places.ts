import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readSecretPlace, type SecretPlace } from "../config/secret-files.ts";
import type { Clock } from "../domain/clock.ts";
import type { CredentialStandings } from "../domain/credential-standing.ts";
import { PullwrightError } from "../domain/error.ts";
import { remoteUrlOf } from "../domain/parse-repository-ref.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { CredentialSource } from "../forges/credential.ts";
import { createForgeFetch } from "../forges/forge-fetch.ts";
import type { Forge, ForgeRepositoryRef } from "../forges/forge.ts";
import { createGithubForge } from "../forges/github/github-forge.ts";
import { createGitlabForge } from "../forges/gitlab/gitlab-forge.ts";
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
    if (token !== null) deps.learn([token]);
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
  return {
    forge: made,
    settings: { baseBranch, remote, branchPrefix, draft },
    remoteOf: (ref) => remoteOf(ref, made.credentialFor(ref), options),
  };
}

/** How git reaches a repository: by ssh where it was named so and there is a key, else over https with the API's credential. */
async function remoteOf(
  ref: RepositoryRef,
  credential: CredentialSource,
  { git }: WorkOptions,
): Promise<{ url: string; auth: RemoteAuth }> {
  if (ref.transport === "ssh" && git.sshKeyFile !== null) {
    if (git.knownHostsFile === null)
      throw new PullwrightError(
        "CONFIG_INVALID",
        "git.ssh_key_file is set and git.known_hosts_file is not. Put the forge's host key into a file and name it.",
      );
    return {
      url: remoteUrlOf(ref),
      auth: { kind: "ssh", keyPath: git.sshKeyFile, knownHostsPath: git.knownHostsFile },
    };
  }
  const { token } = await credential();
  const transport = ref.transport === "ssh" ? "https" : ref.transport;
  const user = ref.forge === "github" ? "x-access-token" : "oauth2";
  return { url: remoteUrlOf({ ...ref, transport }), auth: { kind: "basic", user, token, via: git.auth } };
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

const publicApis = { github: "https://api.github.com", gitlab: "https://gitlab.com/api/v4" };

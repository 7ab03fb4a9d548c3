import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Config, ForgeConfig, WorkerConfig } from "../config.ts";
import type { SecretPlace } from "./secret-files.ts";
import type { Policy } from "../decide/policy.ts";
import type { CommandType } from "../domain/command.ts";
import type { ParseRepositoryRefOptions } from "../domain/parse-repository-ref.ts";
import { forgeHosts } from "./forge-hosts.ts";
import { policyOf } from "./policy-of.ts";

/** All that working off commands needs of the configuration; plain data, because it crosses into a thread. */
export type WorkOptions = {
  dataDir: string;
  workingDirectory: string;
  baseUrl: string | null;
  caFile: string | null;
  hosts: ParseRepositoryRefOptions;
  github: ForgeConfig & { token: SecretPlace | null; app: { id: string; privateKeyFile: string } | null };
  gitlab: ForgeConfig & { token: SecretPlace | null };
  git: Config["git"];
  /** Where work goes that names no repository. */
  defaultRepository: string | null;
  workers: Record<CommandType, WorkerConfig>;
  review: Config["review"];
  agent: Config["agent"] & { openaiApiKey: SecretPlace | null; anthropicApiKey: SecretPlace | null };
  childEnvironment: Config["childEnvironment"];
  policy: Policy;
};

export function workOptionsOf(config: Config): WorkOptions {
  const { github, gitlab, git, secrets } = config;
  const { owner: _owner, repo: _repo, app, ...githubForge } = github;
  const { project: _project, ...gitlabForge } = gitlab;
  return {
    dataDir: config.dataDir,
    workingDirectory: process.cwd(),
    baseUrl: config.baseUrl,
    caFile: config.caFile === null ? null : atHome(config.caFile),
    hosts: forgeHosts(config),
    github: {
      ...githubForge,
      token: secrets.githubToken.current?.place ?? null,
      app: app === null ? null : { ...app, privateKeyFile: atHome(app.privateKeyFile) },
    },
    gitlab: { ...gitlabForge, token: secrets.gitlabToken.current?.place ?? null },
    git: {
      ...git,
      sshKeyFile: git.sshKeyFile === null ? null : atHome(git.sshKeyFile),
      knownHostsFile: git.knownHostsFile === null ? null : atHome(git.knownHostsFile),
    },
    defaultRepository: defaultRepositoryOf(config),
    workers: config.workers,
    review: config.review,
    agent: {
      ...config.agent,
      openaiApiKey: secrets.openaiApiKey.current?.place ?? null,
      anthropicApiKey: secrets.anthropicApiKey.current?.place ?? null,
    },
    childEnvironment: config.childEnvironment,
    policy: policyOf(config),
  };
}

/** The one that is configured; of two, GitHub's. */
function defaultRepositoryOf({ github, gitlab }: Pick<Config, "github" | "gitlab">): string | null {
  if (github.owner !== null && github.repo !== null)
    return `${hostOf(github.apiBaseUrl, "github.com")}/${github.owner}/${github.repo}`;
  return gitlab.project === null ? null : `${hostOf(gitlab.apiBaseUrl, "gitlab.com")}/${gitlab.project}`;
}

function hostOf(apiBaseUrl: string | null, usual: string): string {
  const host = apiBaseUrl === null ? usual : new URL(apiBaseUrl).host;
  return host === "api.github.com" ? "github.com" : host;
}

function atHome(path: string): string {
  return resolve(path.startsWith("~/") ? join(homedir(), path.slice(2)) : path);
}

import type { Config } from "../config.ts";
import { type ParseRepositoryRefOptions, publicForgeHosts } from "../domain/parse-repository-ref.ts";
import type { ForgeName } from "../domain/repository.ts";

/**
 * Which forge is at which host: the two that everybody knows, and a self-hosted one by the host and port of its configured API. `owner/repo` without a host
 * is GitHub's, unless only GitLab is configured.
 */
export function forgeHosts(config: Pick<Config, "github" | "gitlab" | "secrets">): ParseRepositoryRefOptions {
  const hosts = new Map<string, ForgeName>(publicForgeHosts);
  const github = forgeHostOf("github", config.github.apiBaseUrl);
  const gitlab = forgeHostOf("gitlab", config.gitlab.apiBaseUrl);
  hosts.set(gitlab, "gitlab");
  hosts.set(github, "github");
  const onlyGitlab =
    config.secrets.gitlabToken.current !== null &&
    config.secrets.githubToken.current === null &&
    config.github.app === null;
  return { hosts, defaultHost: onlyGitlab ? gitlab : github };
}

/** Where a forge's pages and repositories are. GitHub's API for everybody is at a host of its own; whoever writes that one down means github.com. */
export function forgeHostOf(forge: ForgeName, apiBaseUrl: string | null): string {
  if (apiBaseUrl === null) return `${forge}.com`;
  const { host } = new URL(apiBaseUrl);
  return host === "api.github.com" ? "github.com" : host;
}

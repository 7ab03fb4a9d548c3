import type { Config } from "../config.ts";
import type { Policy } from "../decide/policy.ts";
import { forgeHostOf } from "./forge-hosts.ts";
import { builtInCommandTypes, type CommandType, commandTypes } from "../domain/command.ts";

/** What may happen by itself, and what somebody here can do. */
export function policyOf(config: Config): Policy {
  const { safety, workers, review } = config;
  const isDoneHere = (type: CommandType): boolean =>
    workers[type].program !== null || builtInCommandTypes.has(type) || review.agent !== null;
  return {
    safety,
    performed: new Set(commandTypes.filter((type) => workers[type].enabled && isDoneHere(type))),
    reviewedHosts: workers.review_pull_request.program === null ? reachedHosts(config) : "all",
    attemptsMax: Object.fromEntries(
      commandTypes.map((type) => [type, workers[type].attemptsMax]),
    ) as Policy["attemptsMax"],
  };
}

/** A credential helper may know any of the two. */
function reachedHosts({ github, gitlab, git, secrets }: Config): ReadonlySet<string> {
  const hasGithub = secrets.githubToken.current !== null || github.app !== null || git.credentialHelper;
  const hasGitlab = secrets.gitlabToken.current !== null || git.credentialHelper;
  return new Set([
    ...(hasGithub ? [forgeHostOf("github", github.apiBaseUrl)] : []),
    ...(hasGitlab ? [forgeHostOf("gitlab", gitlab.apiBaseUrl)] : []),
  ]);
}

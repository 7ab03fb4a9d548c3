import type { PullRequestFact } from "../domain/fact.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";

/** What a forge's answer says of a repository, as the outcomes take it. */
export function repositoryMentionOf({ forge, host }: RepositoryRef, repository: ForgeRepository): RepositoryMention {
  return {
    forge,
    host,
    forgeId: repository.id,
    slug: repository.slug,
    defaultBranch: repository.defaultBranch,
    url: repository.url,
  };
}

/** What a forge's answer says of a pull request: the same kind of fact as a webhook's, joined by the same rules. */
export function pullRequestFactOf(pullRequest: ForgePullRequest): PullRequestFact {
  const { author, mergeCommitSha, mergedAt } = pullRequest;
  return {
    kind: "pull-request",
    number: pullRequest.number,
    observedAt: pullRequest.updatedAt,
    state: pullRequest.state,
    title: pullRequest.title,
    url: pullRequest.url,
    draft: pullRequest.draft,
    baseBranch: pullRequest.baseBranch,
    headBranch: pullRequest.headBranch,
    headSha: pullRequest.headSha,
    openedAt: pullRequest.openedAt,
    closedAt: pullRequest.closedAt,
    ...(author === null ? {} : { author: author.login }),
    ...(mergedAt === null ? {} : { mergedAt }),
    // An unmerged one's merge commit on GitHub is a test merge, which means nothing.
    ...(pullRequest.state === "merged" && mergeCommitSha !== null ? { mergeCommitSha } : {}),
  };
}

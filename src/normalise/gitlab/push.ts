import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope, Ignored } from "../event-normaliser.ts";
import { newestOf, pushedCommit } from "../pushed-commit.ts";
import { normalisePushedRef } from "../pushed-ref.ts";
import { type Fields, objectsIn, optionalCount, optionalSha } from "../read-field.ts";
import { pusherOf } from "./actor.ts";
import { repositoryOf } from "./repository-mention.ts";

/**
 * `Push Hook` and `Tag Push Hook`. GitLab does not say when the push came, so the time of its newest commit stands
 * for it; where none is listed (a new branch on old commits, a deletion) the time of receipt.
 */
export function normalisePush(payload: Fields, { receivedAt }: Envelope): NormalisedEvent | Ignored {
  const repository = repositoryOf(payload);
  const context = { forge: "gitlab" as const, slug: repository.slug };
  const commits = objectsIn(payload, "commits").map((commit) => pushedCommit(commit, context, receivedAt));
  return normalisePushedRef(payload, {
    repository,
    ...pusherOf(payload),
    commits,
    // At most twenty are listed.
    commitsCount: Math.max(optionalCount(payload, "total_commits_count") ?? 0, commits.length),
    pushedAt: newestOf(commits, receivedAt) ?? receivedAt,
    headCommitSha: optionalSha(payload, "checkout_sha"),
  });
}

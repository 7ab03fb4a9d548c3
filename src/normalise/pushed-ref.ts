import type { Instant } from "../domain/clock.ts";
import type { Actor, NormalisedEvent } from "../domain/event.ts";
import type { PushedCommit } from "../domain/fact.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import { isNoCommit } from "./commit-sha.ts";
import { type Ignored, ignored } from "./event-normaliser.ts";
import { type Fields, requiredLine, requiredSha } from "./read-field.ts";
import { count, summary } from "./summary.ts";

/** What each forge says in its own words about a push. */
type Push = Actor & {
  repository: RepositoryMention & { forge: "github" | "gitlab" | null };
  commits: PushedCommit[];
  commitsCount: number;
  pushedAt: Instant;
  /** The commit that a tag points to, where the tag is an object of its own. */
  headCommitSha: string | undefined;
};

/**
 * `ref`, `before` and `after` mean the same to both forges: the ref moved from one commit to another, and the id of
 * all zeros is no commit. What was there before and after tells two pushes of one second apart.
 */
export function normalisePushedRef(payload: Fields, push: Push): NormalisedEvent | Ignored {
  const ref = requiredLine(payload, "ref");
  const before = requiredSha(payload, "before");
  const after = requiredSha(payload, "after");
  const event = {
    repository: push.repository,
    actor: push.actor,
    actorId: push.actorId,
    actorIsBot: push.actorIsBot,
    occurredAt: push.pushedAt,
    discriminator: `${before}..${after}`,
    facts: [],
  };
  const forge = push.repository.forge;
  const who = push.actor ?? "Somebody";
  const slug = push.repository.slug;
  const isDeletion = isNoCommit(after);

  const tag = nameUnder("refs/tags/", ref);
  if (tag !== undefined) {
    const sha = isDeletion ? before : (push.headCommitSha ?? after);
    return {
      ...event,
      kind: `${forge}.push.${isDeletion ? "tag_deleted" : "tag"}`,
      subject: { kind: "commit", ref: sha },
      commitSha: sha,
      summary: summary(`${who} ${isDeletion ? "deleted" : "pushed"} the tag ${tag} of ${slug}`),
      discriminator: `${tag} ${event.discriminator}`,
    };
  }

  const branch = nameUnder("refs/heads/", ref);
  if (branch === undefined) return ignored("The push is neither to a branch nor to a tag.");
  const subject = { kind: "branch" as const, ref: branch };
  if (isDeletion) {
    const text = summary(`${who} deleted the branch ${branch} of ${slug}`);
    return { ...event, kind: `${forge}.push.branch_deleted`, subject, commitSha: null, summary: text };
  }

  const toDefaultBranch = branch === push.repository.defaultBranch;
  const { commits, commitsCount, pushedAt } = push;
  const what = commitsCount === 0 ? "pushed" : `pushed ${count(commitsCount, "commit")} to`;
  return {
    ...event,
    kind: `${forge}.push.${toDefaultBranch ? "main" : "branch"}`,
    subject,
    commitSha: after,
    summary: summary(`${who} ${what} ${branch} of ${slug}`),
    facts: [
      {
        kind: "push",
        branch,
        toDefaultBranch,
        beforeSha: isNoCommit(before) ? null : before,
        afterSha: after,
        pushedAt,
        commits,
        commitsCount,
      },
    ],
  };
}

function nameUnder(prefix: string, ref: string): string | undefined {
  return ref.startsWith(prefix) && ref.length > prefix.length ? ref.slice(prefix.length) : undefined;
}

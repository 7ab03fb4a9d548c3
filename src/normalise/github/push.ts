import type { NormalisedEvent } from "../../domain/event.ts";
import type { PushedCommit } from "../../domain/fact.ts";
import type { Envelope, Ignored } from "../event-normaliser.ts";
import {
  type Fields,
  objectsIn,
  optionalCount,
  optionalInstant,
  optionalObject,
  optionalSha,
  requiredObject,
} from "../read-field.ts";
import { normalisePushedRef } from "../pushed-ref.ts";
import { newestOf, pushedCommit } from "../pushed-commit.ts";
import { actorOf } from "./actor.ts";
import { repositoryMention } from "./repository-mention.ts";

/**
 * `push` of a branch or tag. GitHub says nothing when more than three tags are pushed at once; those are found from
 * the forge itself.
 */
export function normalisePush(payload: Fields, envelope: Envelope): NormalisedEvent | Ignored {
  const repositoryFields = requiredObject(payload, "repository");
  const repository = repositoryMention(repositoryFields);
  // Epoch seconds in this event, ISO in all others.
  const saidPushedAt = optionalInstant(repositoryFields, "pushed_at");
  const context = { forge: "github" as const, slug: repository.slug };
  const commits = objectsIn(payload, "commits").map((commit) =>
    pushedCommit(commit, context, saidPushedAt ?? envelope.receivedAt),
  );
  const headCommit = optionalObject(payload, "head_commit");
  return normalisePushedRef(payload, {
    repository,
    ...actorOf(payload),
    commits,
    commitsCount: commitsCountOf(payload, commits),
    pushedAt: saidPushedAt ?? newestOf(commits, envelope.receivedAt) ?? envelope.receivedAt,
    headCommitSha: headCommit === undefined ? undefined : optionalSha(headCommit, "id"),
  });
}

/** The events API says how many there were; the webhook says it by listing them. */
function commitsCountOf(payload: Fields, commits: PushedCommit[]): number {
  const said = optionalCount(payload, "size") ?? optionalCount(payload, "distinct_size") ?? 0;
  return Math.max(said, commits.length);
}

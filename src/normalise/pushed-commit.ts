import type { Instant } from "../domain/clock.ts";
import type { PushedCommit } from "../domain/fact.ts";
import { latestOf } from "./instant.ts";
import {
  type Fields,
  nameCharactersMax,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalText,
  optionalUrl,
  requiredSha,
} from "./read-field.ts";
import { type RevertContext, revertsInCommitMessage } from "./reverts.ts";

/** A commit as both forges list it in a push. `pushedAt` stands in for a time that no clock can show. */
export function pushedCommit(commit: Fields, context: RevertContext, pushedAt: Instant): PushedCommit {
  const author = optionalObject(commit, "author");
  const message = optionalText(commit, "message") ?? "";
  return {
    sha: requiredSha(commit, "id"),
    message,
    authorName: (author === undefined ? undefined : optionalLine(author, "name", nameCharactersMax)) ?? "",
    authorEmail: (author === undefined ? undefined : optionalLine(author, "email", nameCharactersMax)) ?? "",
    // The committer's own clock, which may say the year 1901 or a zone that is none. One such commit must not cost
    // the whole push.
    committedAt: optionalInstant(commit, "timestamp") ?? pushedAt,
    url: optionalUrl(commit, "url") ?? null,
    reverts: revertsInCommitMessage(message, context),
  };
}

/** When the newest of the listed commits was made, but never later than it arrived here; null when none is listed. */
export function newestOf(commits: PushedCommit[], receivedAt: Instant): Instant | null {
  const newest = latestOf(commits.map((commit) => commit.committedAt));
  return newest !== null && newest > receivedAt ? receivedAt : newest;
}

import type { NormalisedEvent, Subject } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  optionalInstant,
  optionalObject,
  optionalSha,
  optionalText,
  requiredId,
  requiredInstant,
  requiredNumber,
  requiredObject,
  requiredWord,
} from "../read-field.ts";
import { summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { pullRequestFact, pullRequestRepository } from "./pull-request.ts";
import { repositoryOf } from "./repository-mention.ts";

/**
 * `issue_comment`: on an issue or in the conversation of a pull request, which GitHub counts as an issue with a
 * `pull_request` in it.
 */
export function normaliseIssueComment(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const comment = requiredObject(payload, "comment");
  const issue = requiredObject(payload, "issue");
  const repository = repositoryOf(payload);
  const { actor, actorId, actorIsBot } = actorOf(payload);
  const subject: Subject = {
    kind: optionalObject(issue, "pull_request") === undefined ? "issue" : "pull-request",
    ref: String(requiredNumber(issue, "number")),
  };
  return {
    kind: `github.issue_comment.${action}`,
    repository,
    subject,
    commitSha: null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: timeOf(action, comment, issue),
    summary: summary(whatHappened(action, actor, `${repository.slug}#${subject.ref}`)),
    discriminator: discriminatorOf(comment, payload),
    ...textOf(action, comment),
    facts: [],
  };
}

/** `pull_request_review_comment`: on a line of the diff. */
export function normalisePullRequestReviewComment(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const comment = requiredObject(payload, "comment");
  const pullRequest = requiredObject(payload, "pull_request");
  const repository = pullRequestRepository(payload, pullRequest);
  const fact = pullRequestFact(pullRequest, repository, { isClosing: false });
  const { actor, actorId, actorIsBot } = actorOf(payload);
  return {
    kind: `github.pull_request_review_comment.${action}`,
    repository,
    subject: { kind: "pull-request", ref: String(fact.number) },
    commitSha: optionalSha(comment, "commit_id") ?? fact.headSha ?? null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: timeOf(action, comment, pullRequest),
    summary: summary(whatHappened(action, actor, `the diff of ${repository.slug}#${fact.number}`)),
    discriminator: discriminatorOf(comment, payload),
    ...textOf(action, comment),
    facts: [fact],
  };
}

/** A deleted comment carries the time of its last edit; the issue that it stood on has the time of the deletion. */
function timeOf(action: string, comment: Fields, place: Fields): string {
  const own = optionalInstant(comment, "updated_at") ?? requiredInstant(comment, "created_at");
  return action === "deleted" ? (latestOf([own, optionalInstant(place, "updated_at")]) ?? own) : own;
}

/** The comment's id alone when it is new; an edit is told apart from the next one by what it replaced. */
function discriminatorOf(comment: Fields, payload: Fields): string {
  return `${requiredId(comment, "id")} ${changesFingerprint(payload)}`.trimEnd();
}

function textOf(action: string, comment: Fields): { text?: string } {
  return action === "deleted" ? {} : knownFields({ text: optionalText(comment, "body") });
}

function whatHappened(action: string, actor: string | null, place: string): string {
  const who = actor ?? "Somebody";
  return action === "created" ? `${who} commented on ${place}` : `${who} ${action} a comment on ${place}`;
}

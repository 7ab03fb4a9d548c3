import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  objectsIn,
  optionalId,
  optionalInstant,
  optionalLine,
  optionalSha,
  optionalText,
  requiredId,
  requiredObject,
  requiredWord,
} from "../read-field.ts";
import { summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { pullRequestFact, pullRequestRepository } from "./pull-request.ts";

/**
 * `pull_request_review`: submitted, edited, dismissed. Its pull request is as good a word as any, so it is a fact
 * too.
 */
export function normalisePullRequestReview(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const review = requiredObject(payload, "review");
  const { event, actor, name, observedAt } = aboutPullRequest(payload);
  // A review that is dismissed or edited keeps the time at which it was submitted.
  const times = [optionalInstant(review, "submitted_at"), optionalInstant(review, "updated_at"), observedAt];
  const verdict = (optionalLine(review, "state") ?? "").toLowerCase().replaceAll("_", " ");
  return {
    ...event,
    kind: `github.pull_request_review.${action}`,
    commitSha: optionalSha(review, "commit_id") ?? event.commitSha,
    occurredAt: latestOf(times) ?? observedAt,
    summary: summary(`${actor ?? "Somebody"} ${action} a review of ${name}${verdict === "" ? "" : ` (${verdict})`}`),
    discriminator: `${requiredId(review, "id")} ${verdict} ${changesFingerprint(payload)}`.trimEnd(),
    ...(action === "dismissed" ? {} : knownFields({ text: optionalText(review, "body") })),
  };
}

/** `pull_request_review_thread`: resolved, unresolved. Observed only. */
export function normalisePullRequestReviewThread(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const { event, actor, name, observedAt } = aboutPullRequest(payload);
  const first = objectsIn(requiredObject(payload, "thread"), "comments")[0];
  return {
    ...event,
    kind: `github.pull_request_review_thread.${action}`,
    occurredAt: optionalInstant(payload, "updated_at") ?? observedAt,
    summary: summary(`${actor ?? "Somebody"} marked a thread of ${name} as ${action}`),
    // A thread has no number of its own; its first comment has.
    discriminator: (first === undefined ? undefined : optionalId(first, "id")) ?? "",
  };
}

function aboutPullRequest(payload: Fields) {
  const pullRequest = requiredObject(payload, "pull_request");
  const repository = pullRequestRepository(payload, pullRequest);
  const fact = pullRequestFact(pullRequest, repository, { isClosing: false });
  const { actor, actorId, actorIsBot } = actorOf(payload);
  const event = {
    repository,
    subject: { kind: "pull-request" as const, ref: String(fact.number) },
    commitSha: fact.headSha ?? null,
    actor,
    actorId,
    actorIsBot,
    facts: [fact],
  };
  return { event, actor, name: `${repository.slug}#${fact.number}`, observedAt: fact.observedAt };
}

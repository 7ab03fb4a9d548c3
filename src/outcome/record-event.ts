import type { Instant } from "../domain/clock.ts";
import type { Decision } from "../domain/decision.ts";
import type { NormalisedEvent } from "../domain/event.ts";
import type { Fact } from "../domain/fact.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { StoreQueries } from "../store/store.ts";
import { factSha } from "./fact-sha.ts";
import { recordCiRun } from "./record-ci-run.ts";
import { recordPullRequest } from "./record-pull-request.ts";
import { recordPush } from "./record-push.ts";
import { recordRepository } from "./record-repository.ts";
import { resolveRepository } from "./resolve-repository.ts";

/** What became of an event: its row, whether it was news, and what each of its facts changed. */
export type RecordedEvent = { eventId: number; isNew: boolean; decisions: Decision[] };

/**
 * Records an event once and joins what it says into the outcomes. Runs in the caller's transaction. A second hook, a redelivery or a replay
 * that says the same finds the event there and changes nothing; its facts are joined all the same, because the payload around them may be another,
 * and because after an upgrade the join may make more of them.
 */
export async function recordEvent(
  event: NormalisedEvent,
  payloadText: string,
  from: { deliveryId: number; now: Instant },
  queries: StoreQueries,
): Promise<RecordedEvent> {
  const repository =
    event.repository === null ? null : await resolveRepository(event.repository, event.occurredAt, from.now, queries);
  const { id, isNew } = await queries.events.add({
    event_key: eventKey(event),
    delivery_id: from.deliveryId,
    kind: event.kind,
    repository_id: repository?.id ?? null,
    subject_kind: event.subject.kind,
    subject_ref: event.subject.ref,
    commit_sha: event.commitSha,
    actor: event.actor,
    actor_is_bot: event.actorIsBot ? 1 : 0,
    actor_id: event.actorId,
    occurred_at: event.occurredAt,
    recorded_at: from.now,
    summary: event.summary,
  });
  const decisions: Decision[] = [];
  if (repository !== null)
    for (const fact of event.facts) decisions.push(await recordFact(repository, fact, payloadText, queries));
  if (isNew) return { eventId: id, isNew, decisions };
  const once: Decision = {
    rule: "once-per-event",
    verdict: "unchanged",
    because: `Event ${id} says the same: another hook or a repeat told it before.`,
  };
  return { eventId: id, isNew, decisions: [once] };
}

async function recordFact(
  repository: RepositoryRow,
  fact: Fact,
  payloadText: string,
  queries: StoreQueries,
): Promise<Decision> {
  if (fact.kind === "ci-run") return recordCiRun(repository, fact, payloadText, queries);
  // Names change hands: what is kept for good needs the number that stays.
  if (repository.forge_id === null)
    return {
      rule: `record-${fact.kind}`,
      verdict: "nothing",
      because: "The payload does not say which repository this is by its number.",
    };
  switch (fact.kind) {
    case "pull-request":
      return recordPullRequest(repository, fact, payloadText, queries);
    case "push":
      return recordPush(repository, fact, queries);
    case "repository":
      return recordRepository(repository, fact, queries);
  }
}

/** What was said, not who said it: an organisation's hook and a repository's that tell the same have one key, two different things never. */
function eventKey(event: NormalisedEvent): string {
  const { kind, repository, subject, occurredAt, discriminator, facts } = event;
  const place = repository === null ? null : [repository.host, repository.forgeId ?? repository.slug.toLowerCase()];
  return factSha([kind, place, subject, occurredAt, discriminator, facts]);
}

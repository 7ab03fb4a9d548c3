import type { Instant } from "../../domain/clock.ts";
import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { latestOf } from "../instant.ts";
import { type Fields, optionalInstant, optionalObject, requiredId } from "../read-field.ts";
import { summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";
import { repositoryIfAny } from "./repository-mention.ts";

/**
 * `ping`: a hook was made, or somebody pressed the button to try it. The payload says no time of its own; it is as old as the newest thing in it, so that an
 * old one which comes again does not take back what the repository has been called since. Every press of the button is told, though nothing in it changed.
 */
export function normalisePing(payload: Fields, { receivedAt }: Envelope): NormalisedEvent {
  const repository = repositoryIfAny(payload);
  const hookId = requiredId(payload, "hook_id");
  const owner = repository?.slug ?? loginOf(optionalObject(payload, "organization")) ?? "an App";
  return {
    kind: "github.ping.received",
    repository,
    subject: { kind: "hook", ref: hookId },
    commitSha: null,
    ...actorOf(payload),
    occurredAt: newestOf(payload) ?? receivedAt,
    summary: summary(`The hook ${hookId} of ${owner} answers`),
    discriminator: receivedAt,
    facts: [],
  };
}

function newestOf(payload: Fields): Instant | null {
  const repository = optionalObject(payload, "repository");
  const hook = optionalObject(payload, "hook");
  return latestOf([
    repository && optionalInstant(repository, "updated_at"),
    repository && optionalInstant(repository, "pushed_at"),
    hook && optionalInstant(hook, "updated_at"),
  ]);
}

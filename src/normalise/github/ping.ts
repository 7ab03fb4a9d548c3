import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { type Fields, optionalObject, requiredId } from "../read-field.ts";
import { summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";
import { repositoryIfAny } from "./repository-mention.ts";

/**
 * `ping`: a hook was made, or somebody pressed the button to try it. It happened when it arrived: the payload has the
 * time of the hook only.
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
    occurredAt: receivedAt,
    summary: summary(`The hook ${hookId} of ${owner} answers`),
    discriminator: "",
    facts: [],
  };
}

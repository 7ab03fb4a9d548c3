import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  nameCharactersMax,
  optionalLine,
  optionalObject,
  optionalText,
  requiredInstant,
  requiredNumber,
  requiredObject,
  requiredWord,
} from "../read-field.ts";
import { by, summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";
import { repositoryOf } from "./repository-mention.ts";

/** `issues` with any action. */
export function normaliseIssue(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const issue = requiredObject(payload, "issue");
  const repository = repositoryOf(payload);
  const number = requiredNumber(issue, "number");
  const { actor, actorId, actorIsBot } = actorOf(payload);
  return {
    kind: `github.issues.${action}`,
    repository,
    subject: { kind: "issue", ref: String(number) },
    commitSha: null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: requiredInstant(issue, "updated_at"),
    summary: summary(`${repository.slug}#${number} was ${action.replaceAll("_", " ")}${by(actor)}`),
    discriminator: discriminatorOf(action, payload),
    ...(action === "opened" || action === "edited" ? knownFields({ text: optionalText(issue, "body") }) : {}),
    facts: [],
  };
}

/** What one click can do several of at once. */
function discriminatorOf(action: string, payload: Fields): string {
  if (action === "assigned" || action === "unassigned") return loginOf(optionalObject(payload, "assignee")) ?? "";
  const label = optionalObject(payload, "label");
  if (label !== undefined) return optionalLine(label, "name", nameCharactersMax) ?? "";
  return changesFingerprint(payload);
}

import type { NormalisedEvent } from "../../domain/event.ts";
import { type Envelope, type Ignored, ignored } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  isSaid,
  optionalText,
  optionalWord,
  requiredInstant,
  requiredNumber,
  requiredObject,
} from "../read-field.ts";
import { by, summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { repositoryOf } from "./repository-mention.ts";

const actions = new Map([
  ["open", "opened"],
  ["close", "closed"],
  ["reopen", "reopened"],
  ["update", "edited"],
]);

/** `Issue Hook` and `Confidential Issue Hook`, in GitHub's words. */
export function normaliseIssue(payload: Fields, _envelope: Envelope): NormalisedEvent | Ignored {
  if (!isSaid(payload, "project")) return ignored("This item belongs to a group, not to a project.");
  const issue = requiredObject(payload, "object_attributes");
  const repository = repositoryOf(payload);
  const number = requiredNumber(issue, "iid");
  const said = optionalWord(issue, "action") ?? "update";
  const action = actions.get(said) ?? said;
  const { actor, actorId, actorIsBot } = actorOf(payload);
  return {
    kind: `gitlab.issues.${action}`,
    repository,
    subject: { kind: "issue", ref: String(number) },
    commitSha: null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: requiredInstant(issue, "updated_at"),
    summary: summary(`${repository.slug}#${number} was ${action.replaceAll("_", " ")}${by(actor)}`),
    discriminator: changesFingerprint(payload),
    ...(action === "opened" || action === "edited" ? knownFields({ text: optionalText(issue, "description") }) : {}),
    facts: [],
  };
}

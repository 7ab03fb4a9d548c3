import type { NormalisedEvent } from "../../domain/event.ts";
import { type Envelope, type Ignored, ignored } from "../event-normaliser.ts";
import { fingerprint } from "../fingerprint.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  hasField,
  optionalBoolean,
  optionalInstant,
  optionalObject,
  optionalText,
  optionalWord,
  requiredId,
  requiredInstant,
  requiredLine,
  requiredNumber,
  requiredObject,
  valueOf,
} from "../read-field.ts";
import { summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { pullRequestFact } from "./pull-request.ts";
import { repositoryOf } from "./repository-mention.ts";

const actions = new Map([
  ["create", "created"],
  ["update", "edited"],
]);

/**
 * `Note Hook` and `Confidential Note Hook`: a comment on an issue, in the conversation of a merge request, or on a
 * line of its diff.
 */
export function normaliseComment(payload: Fields, _envelope: Envelope): NormalisedEvent | Ignored {
  const note = requiredObject(payload, "object_attributes");
  if (optionalBoolean(note, "system") === true) return ignored("GitLab wrote this note itself.");
  const place = requiredLine(note, "noteable_type", 64);
  if (place !== "Issue" && place !== "MergeRequest") return ignored(`Notes on a ${place} are not used.`);
  const repository = repositoryOf(payload);
  const { actor, actorId, actorIsBot } = actorOf(payload);
  // Servers that are too old to say tell of new notes only.
  const action = actions.get(optionalWord(note, "action") ?? "create") ?? "edited";
  const isOnMergeRequest = place === "MergeRequest";
  const isOnLine = isOnMergeRequest && isOnDiff(note);
  const subjectFields = requiredObject(payload, isOnMergeRequest ? "merge_request" : "issue");
  const number = requiredNumber(subjectFields, "iid");
  const fact =
    isOnMergeRequest && hasField(subjectFields, "updated_at")
      ? pullRequestFact(payload, subjectFields, repository)
      : undefined;
  const name = `${repository.slug}${isOnMergeRequest ? "!" : "#"}${number}`;
  const what = action === "created" ? "commented on" : "edited a comment on";
  return {
    kind: `gitlab.${isOnLine ? "pull_request_review_comment" : "issue_comment"}.${action}`,
    repository,
    subject: { kind: isOnMergeRequest ? "pull-request" : "issue", ref: String(number) },
    commitSha: fact?.headSha ?? null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: optionalInstant(note, "updated_at") ?? requiredInstant(note, "created_at"),
    summary: summary(`${actor ?? "Somebody"} ${what} ${isOnLine ? "the diff of " : ""}${name}`),
    discriminator: discriminatorOf(note, action),
    ...knownFields({ text: optionalText(note, "note") }),
    facts: fact === undefined ? [] : [fact],
  };
}

/** A note on a line has a position; servers of old have a `line_code` instead. */
function isOnDiff(note: Fields): boolean {
  return (
    optionalObject(note, "position") !== undefined ||
    valueOf(note, "type") === "DiffNote" ||
    typeof valueOf(note, "line_code") === "string"
  );
}

/** GitLab does not say what an edit replaced, but what stands there now. */
function discriminatorOf(note: Fields, action: string): string {
  const id = requiredId(note, "id");
  return action === "created" ? id : `${id} ${fingerprint(optionalText(note, "note"))}`;
}

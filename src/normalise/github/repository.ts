import type { NormalisedEvent } from "../../domain/event.ts";
import type { RepositoryFact } from "../../domain/fact.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import {
  type Fields,
  optionalInstant,
  optionalLine,
  optionalObject,
  requiredObject,
  requiredWord,
} from "../read-field.ts";
import { isGithubSlug } from "../repository-slug.ts";
import { by, summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";
import { repositoryMention } from "./repository-mention.ts";

/**
 * `repository`: what it is called and whether it is there is a fact; that it was archived, made public or edited is
 * only an event.
 */
export function normaliseRepository(payload: Fields, { receivedAt }: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const fields = requiredObject(payload, "repository");
  const repository = repositoryMention(fields);
  const { actor, actorId, actorIsBot } = actorOf(payload);
  const occurredAt = optionalInstant(fields, "updated_at") ?? receivedAt;
  const isFact = action === "renamed" || action === "transferred" || action === "deleted";
  const formerSlug = formerSlugOf(payload, repository.slug);
  const fact: RepositoryFact[] = isFact
    ? [{ kind: "repository", change: action, observedAt: occurredAt, formerSlug }]
    : [];
  const from = formerSlug === null ? "" : ` from ${formerSlug}`;
  return {
    kind: `github.repository.${action}`,
    repository,
    subject: { kind: "repository", ref: repository.slug },
    commitSha: null,
    actor,
    actorId,
    actorIsBot,
    occurredAt,
    summary: summary(`${repository.slug} was ${action.replaceAll("_", " ")}${from}${by(actor)}`),
    discriminator: changesFingerprint(payload),
    facts: fact,
  };
}

/** A rename says the former name, a transfer the former owner, who may be a person or an organisation. */
function formerSlugOf(payload: Fields, slug: string): string | null {
  const changes = optionalObject(payload, "changes");
  if (changes === undefined) return null;
  const [owner = "", name = ""] = slug.split("/");
  const formerName = lineAt(changes, ["repository", "name"], "from");
  const formerOwner = objectAt(changes, ["owner", "from"]);
  const former = formerOwner && (optionalObject(formerOwner, "user") ?? optionalObject(formerOwner, "organization"));
  const formerLogin = loginOf(former);
  if (formerName === undefined && formerLogin === undefined) return null;
  const formerSlug = `${formerLogin ?? owner}/${formerName ?? name}`;
  return isGithubSlug(formerSlug) ? formerSlug : null;
}

function lineAt(fields: Fields, path: string[], name: string): string | undefined {
  const parent = objectAt(fields, path);
  return parent === undefined ? undefined : optionalLine(parent, name);
}

function objectAt(fields: Fields, path: string[]): Fields | undefined {
  return path.reduce<Fields | undefined>(
    (parent, name) => (parent === undefined ? undefined : optionalObject(parent, name)),
    fields,
  );
}

import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import { fingerprint } from "../fingerprint.ts";
import {
  type Fields,
  objectsIn,
  optionalId,
  optionalInstant,
  optionalObject,
  requiredId,
  requiredObject,
  requiredWord,
} from "../read-field.ts";
import { by, count, summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";

/**
 * `installation`: created, deleted, suspend, unsuspend, new_permissions_accepted. About an account, not about one
 * repository.
 */
export function normaliseInstallation(payload: Fields, envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const { event, account, actor } = aboutInstallation(payload, envelope);
  return {
    ...event,
    kind: `github.installation.${action}`,
    summary: summary(`The App ${whatHappened(action)} ${account}${by(actor)}`),
  };
}

function whatHappened(action: string): string {
  switch (action) {
    case "created":
      return "was installed on";
    case "deleted":
      return "was uninstalled from";
    case "suspend":
      return "was suspended on";
    case "unsuspend":
      return "is no longer suspended on";
    case "new_permissions_accepted":
      return "got new permissions on";
    default:
      return `saw ${action.replaceAll("_", " ")} on`;
  }
}

/** `installation_repositories`: added, removed. */
export function normaliseInstallationRepositories(payload: Fields, envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const { event, account, actor } = aboutInstallation(payload, envelope);
  const changed = [...objectsIn(payload, "repositories_added"), ...objectsIn(payload, "repositories_removed")];
  const ids = changed.map((repository) => optionalId(repository, "id") ?? "");
  return {
    ...event,
    kind: `github.installation_repositories.${action}`,
    summary: summary(
      `${count(changed.length, "repository", "repositories")} ${action}${by(actor)} for the App on ${account}`,
    ),
    discriminator: `${event.discriminator} ${fingerprint(ids)}`.trim(),
  };
}

function aboutInstallation(payload: Fields, { receivedAt, headers }: Envelope) {
  const installation = requiredObject(payload, "installation");
  const { actor, actorId, actorIsBot } = actorOf(payload);
  const event = {
    repository: null,
    subject: { kind: "installation" as const, ref: requiredId(installation, "id") },
    commitSha: null,
    actor,
    actorId,
    actorIsBot,
    // Epoch seconds or ISO, both are sent.
    occurredAt: optionalInstant(installation, "updated_at") ?? receivedAt,
    // Not every change of an installation moves its time.
    discriminator: headers["x-github-delivery"] ?? "",
    facts: [],
  };
  return { event, actor, account: loginOf(optionalObject(installation, "account")) ?? "an account" };
}

import type { NormalisedEvent } from "../../domain/event.ts";
import type { Envelope } from "../event-normaliser.ts";
import {
  type Fields,
  optionalLine,
  optionalObject,
  requiredId,
  requiredInstant,
  requiredObject,
  requiredSha,
  requiredWord,
} from "../read-field.ts";
import { shortSha, summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { runStatus } from "./ci-status.ts";
import { repositoryOf } from "./repository-mention.ts";

/**
 * `check_suite`: an App's checks of one commit, taken together. No fact: each of its runs is told by itself, and
 * would be counted twice.
 */
export function normaliseCheckSuite(payload: Fields, envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const suite = requiredObject(payload, "check_suite");
  const repository = repositoryOf(payload);
  const sha = requiredSha(suite, "head_sha");
  const app = optionalObject(suite, "app");
  const name = (app === undefined ? undefined : optionalLine(app, "name")) ?? "an App";
  const wish = action === "rerequested" ? (envelope.headers["x-github-delivery"] ?? "") : "";
  return {
    kind: `github.check_suite.${action}`,
    repository,
    subject: { kind: "commit", ref: sha },
    commitSha: sha,
    ...actorOf(payload),
    occurredAt: requiredInstant(suite, "updated_at"),
    summary: summary(`${repository.slug}: the checks of ${name} were ${action} on ${shortSha(sha)}`),
    discriminator: `${requiredId(suite, "id")} ${runStatus(suite)} ${wish}`.trim(),
    facts: [],
  };
}

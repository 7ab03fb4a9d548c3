import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  objectsIn,
  optionalInstant,
  optionalLine,
  optionalUrl,
  requiredId,
  requiredInstant,
  requiredLine,
  requiredSha,
  requiredWord,
} from "../read-field.ts";
import { actorOf } from "./actor.ts";
import { commitStatus } from "./ci-status.ts";
import { repositoryOf } from "./repository-mention.ts";

/**
 * `status`: somebody set a context of a commit to a state. Each setting is a record with its own id, and the newest
 * of a context counts; so the run is the context on its commit, and a finished one may be set to pending again.
 */
export function normaliseStatus(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const repository = repositoryOf(payload);
  const fact = statusFact(payload);
  return {
    kind: "github.status.created",
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    ...actorOf(payload),
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: requiredId(payload, "id"),
    facts: [fact],
  };
}

function statusFact(payload: Fields): CiRunFact {
  const sha = requiredSha(payload, "sha");
  const context = requiredLine(payload, "context", 255);
  const status = commitStatus(requiredWord(payload, "state"));
  const observedAt = optionalInstant(payload, "updated_at") ?? requiredInstant(payload, "created_at");
  // A commit may be on several branches; with one, it is told by that one.
  const branches = objectsIn(payload, "branches");
  const branch = branches.length === 1 ? branches[0] : undefined;
  return knownFields({
    kind: "ci-run" as const,
    provider: "github-status",
    runKind: "status" as const,
    runId: `${sha}:${context}`,
    runAttempt: 1,
    commitSha: sha,
    status,
    observedAt,
    finishedIsFinal: false,
    workflowName: context,
    branch: branch === undefined ? undefined : optionalLine(branch, "name"),
    url: optionalUrl(payload, "target_url"),
    completedAt: isFinished(status) ? observedAt : undefined,
  });
}

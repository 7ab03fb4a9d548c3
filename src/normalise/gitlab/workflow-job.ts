import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import type { RepositoryMention } from "../../domain/repository.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  hasField,
  optionalInstant,
  requiredId,
  requiredLine,
  requiredSha,
  optionalLine,
  valueOf,
} from "../read-field.ts";
import { webUrl } from "../web-url.ts";
import { actorOf } from "./actor.ts";
import { actionOf, runStatus } from "./ci-status.ts";
import { repositoryOfJob } from "./repository-mention.ts";

/** `Job Hook`. Its fields begin with `build_`, in some versions with `job_`. */
export function normaliseWorkflowJob(payload: Fields, envelope: Envelope): NormalisedEvent {
  const repository = repositoryOfJob(payload);
  const prefix = hasField(payload, "build_id") ? "build" : "job";
  const fact = jobFact(payload, prefix, repository, envelope);
  return {
    kind: `gitlab.workflow_job.${actionOf(fact.status)}`,
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    ...actorOf(payload),
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: String(valueOf(payload, `${prefix}_status`)),
    facts: [fact],
  };
}

function jobFact(
  payload: Fields,
  prefix: "build" | "job",
  repository: RepositoryMention,
  envelope: Envelope,
): CiRunFact {
  const status = runStatus(payload, `${prefix}_status`);
  const runId = requiredId(payload, `${prefix}_id`);
  const createdAt = optionalInstant(payload, `${prefix}_created_at`);
  const startedAt = optionalInstant(payload, `${prefix}_started_at`);
  const finishedAt = optionalInstant(payload, `${prefix}_finished_at`);
  const page = repository.url === null ? null : webUrl(`${repository.url}/-/jobs/${runId}`);
  return knownFields({
    kind: "ci-run" as const,
    provider: "gitlab-ci",
    runKind: "job" as const,
    runId,
    runAttempt: 1,
    commitSha: requiredSha(payload, "sha"),
    status,
    observedAt: latestOf([createdAt, startedAt, finishedAt]) ?? envelope.receivedAt,
    // A retry makes a new job; but a job that was skipped, or waited for somebody to press its button, goes on under
    // its own id later.
    finishedIsFinal: false,
    workflowName: requiredLine(payload, `${prefix}_name`),
    branch: valueOf(payload, "tag") === true ? undefined : optionalLine(payload, "ref"),
    url: page ?? undefined,
    startedAt,
    completedAt: isFinished(status) ? finishedAt : undefined,
  });
}

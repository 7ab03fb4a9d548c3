import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import type { RepositoryMention } from "../../domain/repository.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  objectsIn,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalUrl,
  requiredId,
  requiredObject,
  requiredSha,
  valueOf,
} from "../read-field.ts";
import { webUrl } from "../web-url.ts";
import { actorOf } from "./actor.ts";
import { actionOf, runStatus } from "./ci-status.ts";
import { repositoryOf } from "./repository-mention.ts";

/** `Pipeline Hook`. */
export function normaliseWorkflowRun(payload: Fields, envelope: Envelope): NormalisedEvent {
  const pipeline = requiredObject(payload, "object_attributes");
  const repository = repositoryOf(payload);
  const fact = pipelineFact(payload, pipeline, repository, envelope);
  return {
    kind: `gitlab.workflow_run.${actionOf(fact.status)}`,
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    ...actorOf(payload),
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: String(valueOf(pipeline, "status")),
    facts: [fact],
  };
}

function pipelineFact(payload: Fields, pipeline: Fields, repository: RepositoryMention, envelope: Envelope): CiRunFact {
  const status = runStatus(pipeline, "status");
  const runId = requiredId(pipeline, "id");
  const finishedAt = optionalInstant(pipeline, "finished_at");
  const startedAt = optionalInstant(pipeline, "created_at");
  const page = repository.url === null ? null : webUrl(`${repository.url}/-/pipelines/${runId}`);
  return knownFields({
    kind: "ci-run" as const,
    provider: "gitlab-ci",
    runKind: "pipeline" as const,
    runId,
    runAttempt: 1,
    commitSha: requiredSha(pipeline, "sha"),
    status,
    observedAt: latestOf([startedAt, finishedAt, ...jobTimes(payload)]) ?? envelope.receivedAt,
    // A retried pipeline keeps its id and runs again in place; what was its end is its past then.
    finishedIsFinal: false,
    workflowName: optionalLine(pipeline, "name"),
    branch: branchOf(payload, pipeline),
    event: optionalLine(pipeline, "source", 64),
    url: optionalUrl(pipeline, "url") ?? page ?? undefined,
    startedAt,
    completedAt: isFinished(status) ? finishedAt : undefined,
  });
}

/** With a tag, `ref` is the tag's name; for a merge request it may be a ref of GitLab's own making. */
function branchOf(payload: Fields, pipeline: Fields): string | undefined {
  if (valueOf(pipeline, "tag") === true) return undefined;
  const ref = optionalLine(pipeline, "ref");
  if (ref?.startsWith("refs/") !== true) return ref;
  const mergeRequest = optionalObject(payload, "merge_request");
  return mergeRequest === undefined ? undefined : optionalLine(mergeRequest, "source_branch");
}

/** A retry changes no time of the pipeline itself, but its jobs are made and started anew. */
function jobTimes(payload: Fields): (string | undefined)[] {
  return objectsIn(payload, "builds").flatMap((job) => [
    optionalInstant(job, "created_at"),
    optionalInstant(job, "started_at"),
    optionalInstant(job, "finished_at"),
  ]);
}

import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  optionalInstant,
  optionalLine,
  optionalUrl,
  requiredId,
  requiredLine,
  requiredObject,
  requiredSha,
  requiredWord,
} from "../read-field.ts";
import { actorOf } from "./actor.ts";
import { runStatus } from "./ci-status.ts";
import { repositoryOf } from "./repository-mention.ts";
import { runAttemptOf } from "./workflow-run.ts";

/** `workflow_job`: queued, waiting, in_progress, completed. One job of one attempt of a workflow. */
export function normaliseWorkflowJob(payload: Fields, envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const job = requiredObject(payload, "workflow_job");
  const repository = repositoryOf(payload);
  const fact = workflowJobFact(job, envelope);
  return {
    kind: `github.workflow_job.${action}`,
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    ...actorOf(payload),
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: `attempt ${fact.runAttempt}`,
    facts: [fact],
  };
}

function workflowJobFact(job: Fields, { receivedAt }: Envelope): CiRunFact {
  const status = runStatus(job);
  const startedAt = optionalInstant(job, "started_at");
  const completedAt = optionalInstant(job, "completed_at");
  const name = requiredLine(job, "name");
  const workflowName = optionalLine(job, "workflow_name");
  return knownFields({
    kind: "ci-run" as const,
    provider: "github-actions",
    runKind: "job" as const,
    runId: requiredId(job, "id"),
    runAttempt: runAttemptOf(job),
    commitSha: requiredSha(job, "head_sha"),
    status,
    observedAt: latestOf([optionalInstant(job, "created_at"), startedAt, completedAt]) ?? receivedAt,
    // Every attempt makes its jobs anew.
    finishedIsFinal: true,
    // As GitHub's own pages say it: the workflow, then the job.
    workflowName: workflowName === undefined ? name : `${workflowName} / ${name}`,
    branch: optionalLine(job, "head_branch"),
    url: optionalUrl(job, "html_url"),
    // While the job waits, GitHub fills this with the time at which it was queued.
    startedAt: status === "pending" ? undefined : startedAt,
    completedAt: isFinished(status) ? completedAt : undefined,
  });
}

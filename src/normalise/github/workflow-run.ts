import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  isSaid,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalUrl,
  requiredId,
  requiredInstant,
  requiredNumber,
  requiredObject,
  requiredSha,
  requiredWord,
} from "../read-field.ts";
import { actorOf } from "./actor.ts";
import { runStatus } from "./ci-status.ts";
import { repositoryMention } from "./repository-mention.ts";

/** `workflow_run`: requested, in_progress, completed. */
export function normaliseWorkflowRun(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const run = requiredObject(payload, "workflow_run");
  const repository = repositoryMention(optionalObject(payload, "repository") ?? requiredObject(run, "repository"));
  const fact = workflowRunFact(payload, run);
  return {
    kind: `github.workflow_run.${action}`,
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

function workflowRunFact(payload: Fields, run: Fields): CiRunFact {
  const status = runStatus(run);
  const observedAt = requiredInstant(run, "updated_at");
  const workflow = optionalObject(payload, "workflow");
  return knownFields({
    kind: "ci-run" as const,
    provider: "github-actions",
    runKind: "workflow" as const,
    runId: requiredId(run, "id"),
    runAttempt: runAttemptOf(run),
    commitSha: requiredSha(run, "head_sha"),
    status,
    observedAt,
    // A re-run keeps the id and counts the attempt up.
    finishedIsFinal: true,
    workflowName: optionalLine(run, "name") ?? (workflow === undefined ? undefined : optionalLine(workflow, "name")),
    branch: optionalLine(run, "head_branch"),
    event: optionalLine(run, "event", 64),
    url: optionalUrl(run, "html_url"),
    startedAt: optionalInstant(run, "run_started_at") ?? optionalInstant(run, "created_at"),
    // The run has no other word for its end; while its end is what is told, its last change is the end.
    completedAt: isFinished(status) ? observedAt : undefined,
  });
}

/** 1 on servers that are too old to count. */
export function runAttemptOf(run: Fields): number {
  return isSaid(run, "run_attempt") ? requiredNumber(run, "run_attempt") : 1;
}

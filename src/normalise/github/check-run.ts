import type { NormalisedEvent } from "../../domain/event.ts";
import type { CiRunFact } from "../../domain/fact.ts";
import { ciRunSummary, isFinished } from "../ci-run-summary.ts";
import type { Envelope } from "../event-normaliser.ts";
import { latestOf } from "../instant.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  optionalId,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalUrl,
  requiredId,
  requiredLine,
  requiredObject,
  requiredSha,
  requiredWord,
} from "../read-field.ts";
import { by, shortSha, summary } from "../summary.ts";
import { actorOf } from "./actor.ts";
import { runStatus } from "./ci-status.ts";
import { repositoryOf } from "./repository-mention.ts";

/** `check_run`: created, completed, rerequested, requested_action. */
export function normaliseCheckRun(payload: Fields, envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const run = requiredObject(payload, "check_run");
  const repository = repositoryOf(payload);
  const fact = checkRunFact(run, envelope);
  const { actor, actorId, actorIsBot } = actorOf(payload);
  // Somebody pressed a button; the run is told as it was before.
  const isWish = action === "rerequested" || action === "requested_action";
  return {
    kind: `github.check_run.${action}`,
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    actor,
    actorId,
    actorIsBot,
    occurredAt: fact.observedAt,
    summary: isWish ? wishSummary(repository.slug, fact, actor) : ciRunSummary(repository.slug, fact),
    // Nothing in the payload tells one press of the button from the next; the id that all of GitHub's hooks share for
    // one event does.
    discriminator: isWish ? (envelope.headers["x-github-delivery"] ?? "") : "",
    facts: [fact],
  };
}

function wishSummary(slug: string, run: CiRunFact, actor: string | null): string {
  const name = run.workflowName ?? run.runId;
  return summary(`${slug}: ${name} was asked to act again on ${shortSha(run.commitSha)}${by(actor)}`);
}

function checkRunFact(run: Fields, { receivedAt }: Envelope): CiRunFact {
  const status = runStatus(run);
  const provider = providerOf(run);
  const suite = optionalObject(run, "check_suite");
  const startedAt = optionalInstant(run, "started_at");
  const completedAt = optionalInstant(run, "completed_at");
  const suiteAt = suite === undefined ? undefined : optionalInstant(suite, "updated_at");
  return knownFields({
    kind: "ci-run" as const,
    provider,
    runKind: "check" as const,
    runId: requiredId(run, "id"),
    // Checks count no attempts.
    runAttempt: 1,
    commitSha: requiredSha(run, "head_sha"),
    status,
    // A check run has no time of its last change; its suite has, and changes with it.
    observedAt: latestOf([startedAt, completedAt, suiteAt]) ?? receivedAt,
    // Actions makes a new check run for every attempt. Any other App, asked to run again, may as well set the one it
    // has back to queued.
    finishedIsFinal: provider === "github-actions",
    workflowName: requiredLine(run, "name"),
    branch: suite === undefined ? undefined : optionalLine(suite, "head_branch"),
    url: optionalUrl(run, "html_url"),
    startedAt,
    completedAt: isFinished(status) ? completedAt : undefined,
  });
}

/** The App's short name; its id on servers that do not send one, and a word for all of them when the App is gone. */
function providerOf(run: Fields): string {
  const app = optionalObject(run, "app");
  const slug = app === undefined ? undefined : optionalLine(app, "slug", 100);
  const id = app === undefined ? undefined : optionalId(app, "id");
  return slug ?? (id === undefined ? "github-checks" : `github-app-${id}`);
}

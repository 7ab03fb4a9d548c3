import type { NormalisedEvent } from "../domain/event.ts";
import type { CiRunFact, CiRunStatus } from "../domain/fact.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import { ciRunSummary, isFinished } from "./ci-run-summary.ts";
import type { Envelope } from "./event-normaliser.ts";
import { latestOf } from "./instant.ts";
import { knownFields } from "./known-fields.ts";
import {
  type Fields,
  isSaid,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalSha,
  optionalUrl,
  pathOf,
  requiredKey,
  requiredLine,
  requiredNumber,
  requiredSlug,
  valueOf,
} from "./read-field.ts";
import { Refusal } from "./refusal.ts";
import { isGithubSlug, isGitlabSlug } from "./repository-slug.ts";
import { hostOf } from "./web-url.ts";

/**
 * The body that any CI system can be taught to send (README, design: "Generic CI body"), or one in the form of
 * GitHub's `workflow_run`, flat or under that name. Whoever writes the script that sends it learns from the refusal
 * which field is wrong; nothing is guessed.
 */
export function normaliseGenericCi(payload: Fields, envelope: Envelope): NormalisedEvent {
  const run = optionalObject(payload, "workflow_run") ?? payload;
  const repository = repositoryOf(payload, run);
  const fact = runFact(payload, run, envelope);
  return {
    kind: isFinished(fact.status)
      ? "ci.run.completed"
      : fact.status === "in_progress"
        ? "ci.run.started"
        : "ci.run.requested",
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    actor: null,
    actorId: null,
    actorIsBot: false,
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: `${fact.provider} attempt ${fact.runAttempt}`,
    facts: [fact],
  };
}

function runFact(payload: Fields, run: Fields, { receivedAt }: Envelope): CiRunFact {
  const status = statusOf(run);
  const startedAt = instantAt(run, "started_at") ?? instantAt(run, "run_started_at") ?? instantAt(run, "created_at");
  const updatedAt = instantAt(run, "updated_at");
  const completedAt = instantAt(run, "completed_at") ?? (isFinished(status) ? updatedAt : undefined);
  return knownFields({
    kind: "ci-run" as const,
    provider: providerOf(payload),
    runKind: "build" as const,
    runId: runIdOf(run),
    runAttempt: isSaid(run, "run_attempt") ? requiredNumber(run, "run_attempt") : 1,
    commitSha: commitShaOf(run),
    status,
    observedAt: latestOf([startedAt, updatedAt, completedAt]) ?? receivedAt,
    // The body counts attempts, 1 where it does not say. So whoever runs the same id again says so with the next
    // attempt.
    finishedIsFinal: true,
    workflowName: optionalLine(run, "workflow_name") ?? optionalLine(run, "name"),
    branch: optionalLine(run, "branch") ?? optionalLine(run, "head_branch"),
    event: optionalLine(run, "event", 64),
    url: optionalUrl(run, "url") ?? optionalUrl(run, "html_url"),
    startedAt,
    completedAt: isFinished(status) ? completedAt : undefined,
  });
}

const statuses = new Map<string, CiRunStatus>([
  ["success", "success"],
  ["successful", "success"],
  ["passed", "success"],
  ["failure", "failure"],
  ["failed", "failure"],
  ["error", "failure"],
  ["timed_out", "failure"],
  ["startup_failure", "failure"],
  ["cancelled", "cancelled"],
  ["canceled", "cancelled"],
  ["aborted", "cancelled"],
  ["stale", "cancelled"],
  ["skipped", "skipped"],
  ["neutral", "skipped"],
  ["queued", "pending"],
  ["waiting", "pending"],
  ["pending", "pending"],
  ["requested", "pending"],
  ["action_required", "pending"],
  ["in_progress", "in_progress"],
  ["running", "in_progress"],
  ["started", "in_progress"],
]);

/** The conclusion where there is one, else the status, in capitals too. */
function statusOf(run: Fields): CiRunStatus {
  const name = isSaid(run, "conclusion") ? "conclusion" : "status";
  const word = requiredLine(run, name, 64).toLowerCase();
  const status = statuses.get(word);
  // The word itself is named, cut to what a word may be: without it the sender's script is searched in vain.
  const shown = /^[a-z0-9 _-]{1,40}$/.test(word) ? `"${word}"` : "this";
  if (status === undefined)
    throw new Refusal("BAD_SHAPE", `${pathOf(run, name)}: ${shown} is not a status that is known.`);
  return status;
}

/** Names of systems become part of a run's identity, so they have one spelling. */
function providerOf(payload: Fields): string {
  if (!isSaid(payload, "provider")) return "generic-ci";
  const provider = requiredLine(payload, "provider", 100).toLowerCase();
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(provider)) {
    throw new Refusal("BAD_SHAPE", "provider is not a name of letters, digits, dots, dashes and underscores.");
  }
  return provider;
}

/** A text or a number. */
function runIdOf(run: Fields): string {
  const name = isSaid(run, "run_id") ? "run_id" : "id";
  const value = valueOf(run, name);
  if (Number.isSafeInteger(value) && (value as number) > 0) return String(value);
  if (!isSaid(run, name)) throw new Refusal("BAD_SHAPE", `${pathOf(run, "run_id")} is missing.`);
  return requiredKey(run, name);
}

function commitShaOf(run: Fields): string {
  const headCommit = optionalObject(run, "head_commit");
  const sha =
    optionalSha(run, "commit_sha") ??
    optionalSha(run, "head_sha") ??
    optionalSha(run, "sha") ??
    (headCommit && optionalSha(headCommit, "id"));
  if (sha === undefined) throw new Refusal("BAD_SHAPE", `${pathOf(run, "commit_sha")} is missing.`);
  return sha;
}

/**
 * A time that is there must be one: the sender is somebody's script, and wrong times would show the wrong order for
 * ever.
 */
function instantAt(run: Fields, name: string): string | undefined {
  const value = valueOf(run, name);
  if (value === undefined || value === null || value === "") return undefined;
  const instant = optionalInstant(run, name);
  if (instant === undefined) {
    throw new Refusal("BAD_SHAPE", `${pathOf(run, name)} is not a time like 2026-01-31T12:00:00Z.`);
  }
  return instant;
}

/** `owner/repo` or `group/sub/project` as text, or GitHub's repository object. */
function repositoryOf(payload: Fields, run: Fields): RepositoryMention {
  const repository = optionalObject(payload, "repository") ?? optionalObject(run, "repository");
  const name = isSaid(payload, "repository") ? "repository" : "repo_slug";
  const isSlug = (slug: string) => isGithubSlug(slug) || isGitlabSlug(slug);
  const url = (repository && optionalUrl(repository, "html_url")) ?? null;
  return {
    forge: null,
    host: url === null ? null : hostOf(url),
    forgeId: null,
    slug:
      repository === undefined ? requiredSlug(payload, name, isSlug) : requiredSlug(repository, "full_name", isSlug),
    defaultBranch: null,
    url,
  };
}

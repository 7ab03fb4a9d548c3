import type { NormalisedEvent } from "../domain/event.ts";
import type { CiRunFact, CiRunStatus } from "../domain/fact.ts";
import type { RepositoryMention } from "../domain/repository.ts";
import { ciRunSummary, isFinished } from "./ci-run-summary.ts";
import { type Envelope, type Ignored, ignored } from "./event-normaliser.ts";
import { knownFields } from "./known-fields.ts";
import {
  type Fields,
  checkedSlug,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalSha,
  optionalUrl,
  requiredKey,
  requiredLine,
  requiredObject,
  requiredWord,
  valueOf,
} from "./read-field.ts";
import { isGithubSlug, isGitlabSlug } from "./repository-slug.ts";
import { summary } from "./summary.ts";
import { hostOf, pathOf } from "./web-url.ts";

/**
 * CircleCI's webhooks: a workflow or a job that ended, and a ping. Their own id says which telling it is; a repeated
 * one has the same.
 */
export function normaliseCircleci(payload: Fields, envelope: Envelope): NormalisedEvent | Ignored {
  switch (valueOf(payload, "type")) {
    case "workflow-completed":
      return normaliseRun(payload, "workflow", envelope);
    case "job-completed":
      return normaliseRun(payload, "job", envelope);
    case "ping":
      return normalisePing(payload, envelope);
    default:
      return ignored(`CircleCI's ${requiredLine(payload, "type", 64)} is not used.`);
  }
}

function normaliseRun(payload: Fields, runKind: "workflow" | "job", envelope: Envelope): NormalisedEvent | Ignored {
  const pipeline = requiredObject(payload, "pipeline");
  const repository = repositoryOf(pipeline);
  if (repository === undefined) return ignored("CircleCI does not say which repository this pipeline ran on.");
  const commit = commitOf(pipeline);
  if (commit.sha === undefined) return ignored("CircleCI does not say which commit this pipeline ran on.");
  const fact = runFact(payload, runKind, { ...commit, sha: commit.sha }, envelope);
  return {
    kind: "ci.run.completed",
    repository,
    subject: { kind: "ci-run", ref: fact.runId },
    commitSha: fact.commitSha,
    // Who is behind a pipeline is said by an id of CircleCI's own.
    actor: null,
    actorId: null,
    actorIsBot: false,
    occurredAt: fact.observedAt,
    summary: ciRunSummary(repository.slug, fact),
    discriminator: requiredKey(payload, "id"),
    facts: [fact],
  };
}

function runFact(
  payload: Fields,
  runKind: "workflow" | "job",
  commit: { sha: string; branch: string | undefined },
  { receivedAt }: Envelope,
): CiRunFact {
  const run = requiredObject(payload, runKind);
  const workflow = requiredObject(payload, "workflow");
  const workflowName = requiredLine(workflow, "name");
  const status = statuses.get(requiredWord(run, "status")) ?? "pending";
  const stoppedAt = optionalInstant(run, "stopped_at");
  return knownFields({
    kind: "ci-run" as const,
    provider: "circleci",
    runKind,
    runId: requiredKey(run, "id"),
    runAttempt: 1,
    commitSha: commit.sha,
    status,
    observedAt: optionalInstant(payload, "happened_at") ?? stoppedAt ?? receivedAt,
    // A re-run, of all or from where it failed, is a new workflow with new jobs.
    finishedIsFinal: true,
    workflowName: runKind === "job" ? `${workflowName} / ${requiredLine(run, "name")}` : workflowName,
    branch: commit.branch,
    url: optionalUrl(workflow, "url"),
    startedAt: optionalInstant(run, "started_at") ?? optionalInstant(run, "created_at"),
    completedAt: isFinished(status) ? stoppedAt : undefined,
  });
}

/**
 * All five of a workflow, and those that a job has beside them. Both are told only when they have ended; an unknown
 * word says not how.
 */
const statuses = new Map<string, CiRunStatus>([
  ["success", "success"],
  ["failed", "failure"],
  ["error", "failure"],
  ["infrastructure_fail", "failure"],
  ["timedout", "failure"],
  // The configuration asks for a context that whoever pushed may not use: nothing ran, and nothing will.
  ["unauthorized", "failure"],
  ["canceled", "cancelled"],
  ["not_run", "skipped"],
  ["not_running", "skipped"],
]);

/**
 * GitHub and Bitbucket stand under `vcs`; what came through GitLab or through CircleCI's GitHub App only under what
 * triggered it.
 */
function repositoryOf(pipeline: Fields): RepositoryMention | undefined {
  const vcs = optionalObject(pipeline, "vcs");
  const trigger = optionalObject(pipeline, "trigger_parameters");
  const gitlab = trigger && optionalObject(trigger, "gitlab");
  const githubApp = trigger && optionalObject(trigger, "github_app");
  const url =
    (vcs && (optionalUrl(vcs, "target_repository_url") ?? optionalUrl(vcs, "origin_repository_url"))) ??
    (gitlab && optionalUrl(gitlab, "web_url")) ??
    (githubApp && (optionalUrl(githubApp, "web_url") ?? optionalUrl(githubApp, "repo_url")));
  if (url === undefined) return undefined;
  const host = hostOf(url);
  const path = (pathOf(url) ?? "").replace(/\.git$/, "");
  const providerName = vcs === undefined ? undefined : optionalLine(vcs, "provider_name", 64);
  const isGithub = githubApp !== undefined || providerName?.startsWith("github") === true || host === "github.com";
  const isGitlab = !isGithub && (gitlab !== undefined || providerName === "gitlab" || host === "gitlab.com");
  return {
    forge: isGithub ? "github" : isGitlab ? "gitlab" : null,
    host,
    forgeId: null,
    slug: checkedSlug(path, isGithub ? isGithubSlug : isGitlabSlug, "pipeline's repository"),
    defaultBranch: null,
    url,
  };
}

function commitOf(pipeline: Fields): { sha: string | undefined; branch: string | undefined } {
  const vcs = optionalObject(pipeline, "vcs");
  const trigger = optionalObject(pipeline, "trigger_parameters");
  const git = trigger && optionalObject(trigger, "git");
  return {
    sha: (vcs && optionalSha(vcs, "revision")) ?? (git && optionalSha(git, "checkout_sha")),
    branch: (vcs && optionalLine(vcs, "branch")) ?? (git && optionalLine(git, "branch")),
  };
}

function normalisePing(payload: Fields, { receivedAt }: Envelope): NormalisedEvent {
  const webhook = requiredObject(payload, "webhook");
  const name = optionalLine(webhook, "name") ?? "without a name";
  return {
    kind: "ci.ping.received",
    repository: null,
    subject: { kind: "hook", ref: requiredKey(webhook, "id") },
    commitSha: null,
    actor: null,
    actorId: null,
    actorIsBot: false,
    occurredAt: optionalInstant(payload, "happened_at") ?? receivedAt,
    summary: summary(`CircleCI's webhook ${name} answers`),
    discriminator: requiredKey(payload, "id"),
    facts: [],
  };
}

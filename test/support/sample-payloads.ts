import type { Run } from "../../src/demo/payloads/ci-run.ts";
import { circleciWorkflowPayload } from "../../src/demo/payloads/circleci.ts";
import { genericCiPayload } from "../../src/demo/payloads/generic-ci.ts";
import { pullRequestPayload } from "../../src/demo/payloads/github-pull-request.ts";
import { pushPayload } from "../../src/demo/payloads/github-repository.ts";
import { workflowRunPayload } from "../../src/demo/payloads/github-workflow-run.ts";
import { mergeRequestPayload } from "../../src/demo/payloads/gitlab-events.ts";
import { type Commit, madeUpSha, people, type PullRequest, type Repository } from "../../src/demo/world.ts";

const at = new Date("2026-03-04T05:06:07Z");

export type SampleOptions = {
  number?: number;
  title?: string;
  body?: string;
  slug?: string;
  repositoryId?: number;
  action?: string;
};

/** GitHub's `pull_request`, of acme/web#7 unless said otherwise. */
export function githubPullRequest(options: SampleOptions = {}): object {
  return pullRequestPayload(options.action ?? "opened", pullRequest("github", options), people["mira-holt"], at);
}

/** GitHub's `push` of one commit to main. */
export function githubPush(options: SampleOptions & { message?: string } = {}): object {
  const repository = sampleRepository("github", options);
  const { message = "Tidy up" } = options;
  return pushPayload(
    { branch: "main", before: repository.tip.sha, commits: [commit(message)] },
    repository,
    people["jonas-we"],
    at,
  );
}

/** GitHub's `workflow_run`, which succeeded on acme/web's main. */
export function githubWorkflowRun(options: SampleOptions & { run?: number; status?: Run["status"] } = {}): object {
  return workflowRunPayload(sampleRun("github", options));
}

/** GitLab's `Merge Request Hook`. */
export function gitlabMergeRequest(options: SampleOptions = {}): object {
  return mergeRequestPayload(
    "open",
    pullRequest("gitlab", { slug: "acme/tools/deploy", ...options }),
    people["lin-zhou"],
  );
}

/** CircleCI's `workflow-completed`. */
export function circleciWorkflow(options: SampleOptions & { id?: string; run?: number } = {}): object {
  return circleciWorkflowPayload(
    options.id ?? crypto.randomUUID(),
    options.slug ?? "acme/web",
    sampleRun("github", options),
  );
}

/** The generic body, as Jenkins would be taught to send it. */
export function genericRun(options: SampleOptions & { run?: number } = {}): object {
  return genericCiPayload("jenkins", sampleRun("github", options));
}

function pullRequest(
  forge: "github" | "gitlab",
  { number = 7, title = "Add a button", body = "", ...rest }: SampleOptions,
): PullRequest {
  const repository = sampleRepository(forge, rest);
  return {
    repository,
    number,
    id: repository.id * 1000 + number,
    title,
    body,
    author: forge === "github" ? people["mira-holt"] : people["lin-zhou"],
    branch: `change-${number}`,
    draft: false,
    state: "open",
    baseSha: repository.tip.sha,
    commits: [commit(title)],
    mergeCommitSha: null,
    openedAt: at,
    updatedAt: at,
    closedAt: null,
    mergedAt: null,
  };
}

function sampleRun(
  forge: "github" | "gitlab",
  { run = 900, status = "success", ...rest }: SampleOptions & { run?: number; status?: Run["status"] },
): Run {
  const repository = sampleRepository(forge, rest);
  return {
    id: run,
    name: "build",
    attempt: 1,
    status,
    branch: "main",
    commit: repository.tip,
    repository,
    startedBy: people["mira-holt"],
    startedAt: at,
    endedAt: status === "in_progress" ? null : new Date(at.getTime() + 60_000),
  };
}

function sampleRepository(
  forge: "github" | "gitlab",
  { slug = "acme/web", repositoryId = 70001 }: SampleOptions,
): Repository {
  return {
    forge,
    id: repositoryId,
    slug,
    defaultBranch: "main",
    tip: commit("Release"),
    createdAt: new Date("2025-01-01T00:00:00Z"),
  };
}

function commit(message: string): Commit {
  return { sha: madeUpSha("sample", message), message, author: people["mira-holt"], madeAt: at };
}

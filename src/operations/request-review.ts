import { createHash } from "node:crypto";
import { z } from "zod";
import { pullRequestName } from "../domain/pull-request-name.ts";
import { PullwrightError } from "../domain/error.ts";
import { repositoryKeyOf, type RepositoryRef } from "../domain/repository-ref.ts";
import { pullRequestWorkflowId, safeWorkflowId, workItemIn } from "../domain/workflow-id.ts";
import { workflowFor } from "../queue/enqueue-wanted.ts";
import { enqueue, type Enqueued, startWorkflow } from "../queue/enqueue.ts";
import { noteRequest } from "../queue/note-request.ts";
import type { CommandRow } from "../store/commands.ts";
import { commandRow, shownCommand } from "./commands.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { refuseSecrets } from "./refuse-secrets.ts";

export const requestReview = operation({
  name: "requestReview",
  kind: "write",
  summary:
    "Asks for a review of a pull request, or of the one that a commit belongs to, whether it was reviewed before or not. The same within a minute, or with the same Idempotency-Key, is asked once.",
  input: z.object({
    pull_request: z
      .string()
      .max(4096)
      .optional()
      .describe("Its page's address as one copies it, or `owner/repo#7`, `group/project!7`."),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,64}$/i, "has 7 to 64 hex digits")
      .optional()
      .describe("Instead of it: a commit of the pull request; its first seven digits will do."),
    repository: z
      .string()
      .max(2048)
      .optional()
      .describe("Of the commit: `https://host/owner/repo` or `owner/repo`; the configured one unless said."),
    dry_run: z.boolean().default(false).describe("Post nothing, and remember nothing: the command has the summary."),
    priority: z.number().int().min(-1000).max(1000).default(100),
  }),
  output: commandRow,
  run: async (input, deps) => {
    const { store, queueClock, policy, actor: requestedBy } = deps;
    if (!policy.performed.has("review_pull_request"))
      throw new PullwrightError(
        "WORKER_NOT_CONFIGURED",
        "Nobody here reviews. Set PULLWRIGHT_REVIEW_AGENT to codex, claude or command, or workers.review_pull_request.command.",
      );
    refuseSecrets(input, deps.redact);
    const subject = subjectOf(input, deps);
    const repositoryKey = subject.ref === null ? null : repositoryKeyOf(subject.ref);
    const { id: wantedId, title } = await workflowOf(subject, deps);
    const workflowId = await workflowFor(wantedId, repositoryKey, store);
    await startWorkflow(
      { id: workflowId, repositoryKey, title, checkoutDir: null, issueDir: null, requestedBy },
      store,
      queueClock,
    );
    const payload = {
      ...(subject.ref === null ? {} : { repository: `${subject.ref.host}/${subject.ref.slug}` }),
      ...("number" in subject ? { pr_number: subject.number } : { commit_sha: subject.sha }),
      asked: true,
      ...(input.dry_run ? { dry_run: true } : {}),
    };
    const [enqueued] = await enqueue(
      [
        {
          type: "review_pull_request",
          workflowId,
          repositoryKey,
          writes: false,
          idempotencyKey: `review:asked:${hashOf(payload)}:${queueClock.now().slice(0, "2026-01-02T03:04".length)}`,
          payload,
          priority: input.priority,
          attemptsMax: policy.attemptsMax.review_pull_request,
          availableAt: queueClock.now(),
          requestedBy,
        },
      ],
      store,
      queueClock,
    );
    const { id, isNew } = enqueued as Enqueued;
    if (isNew)
      await noteRequest(
        {
          kind: "review_requested",
          subject: { kind: "command", ref: String(id) },
          summary: `A review of ${nameOf(subject)} was asked for${input.dry_run ? ", without posting it" : ""}`,
        },
        { actor: requestedBy },
        store,
        queueClock,
      );
    return shownCommand((await store.commands.get(id)) as CommandRow);
  },
});

type Subject = { ref: RepositoryRef; number: number } | { ref: RepositoryRef | null; sha: string };

function subjectOf(
  {
    pull_request: address,
    commit,
    repository,
  }: { pull_request?: string | undefined; commit?: string | undefined; repository?: string | undefined },
  deps: OperationDeps,
): Subject {
  if ((address === undefined) === (commit === undefined))
    throw new PullwrightError(
      "VALIDATION_ERROR",
      "Name one thing to review: `pull_request`, or `commit` with its `repository`.",
    );
  if (address === undefined)
    return {
      ref: repository === undefined ? null : deps.readRepository(repository),
      sha: (commit ?? "").toLowerCase(),
    };
  if (repository !== undefined)
    throw new PullwrightError(
      "VALIDATION_ERROR",
      "`repository` goes with `commit`; the address of a pull request has it.",
    );
  return deps.readPullRequest(address);
}

/** Its workflow's name, the same that a webhook would find where the pull request is known. */
async function workflowOf(subject: Subject, { store }: OperationDeps): Promise<{ id: string; title: string | null }> {
  if (!("number" in subject)) return { id: safeWorkflowId(`review-${subject.sha.slice(0, 12)}`), title: null };
  const { ref, number } = subject;
  const known = (await store.repositories.findByName(ref.slug)).find(
    ({ forge, host }) => forge === ref.forge && host === ref.host,
  );
  if (known === undefined || known.forge_id === null)
    return { id: safeWorkflowId(`${ref.forge}-${ref.host}/${ref.slug.toLowerCase()}-pr-${number}`), title: null };
  const pullRequest = await store.pullRequests.find(known.id, number);
  const item = workItemIn([pullRequest?.head_branch, pullRequest?.title]);
  return {
    id: safeWorkflowId(item ?? pullRequestWorkflowId(ref.forge, known.forge_id, number)),
    title: pullRequest?.title ?? null,
  };
}

function nameOf(subject: Subject): string {
  if ("number" in subject) return pullRequestName(subject.ref.forge, subject.ref.slug, subject.number);
  return `${subject.sha.slice(0, 12)}${subject.ref === null ? "" : ` of ${subject.ref.slug}`}`;
}

function hashOf(payload: object): string {
  return createHash("sha256").update(JSON.stringify(payload)).digest("hex").slice(0, 16);
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { errorCodes, PullwrightError } from "../domain/error.ts";
import { repositoryKeyOf } from "../domain/repository-ref.ts";
import { safeWorkflowId } from "../domain/workflow-id.ts";
import { workflowStates } from "../domain/workflow.ts";
import { cancelWorkflow as cancel } from "../queue/cancel.ts";
import { workflowFor } from "../queue/enqueue-wanted.ts";
import { enqueue, startWorkflow as begin } from "../queue/enqueue.ts";
import { pauseWorkflow as pause, resumeWorkflow as resume } from "../queue/pause.ts";
import { noteRequest, type Requester } from "../queue/note-request.ts";
import type { QueueClock } from "../queue/queue-clock.ts";
import { retryWorkflow as retry } from "../queue/retry.ts";
import type { StoreQueries } from "../store/store.ts";
import type { WorkflowRow } from "../store/workflows.ts";
import { commandProducts, commandRow, shownCommand } from "./commands.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { refuseSecrets } from "./refuse-secrets.ts";

/** A command as a list of workflows shows it: with what it left behind. */
export const workflowCommand = commandRow
  .extend({ links: commandProducts.links, artifacts: commandProducts.artifacts })
  .meta({ id: "WorkflowCommand" });

export const workflowRow = z
  .object({
    id: z.string(),
    title: z.string().nullable(),
    state: z.enum(workflowStates),
    repository_key: z.string().nullable(),
    checkout_dir: z.string().nullable(),
    issue_dir: z.string().nullable(),
    requested_by: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    ended_at: z.string().nullable(),
    latest_commands: z
      .array(workflowCommand)
      .describe("Its last command of each type, in the order in which they were asked for."),
  })
  .meta({ id: "Workflow" });

const workflowDetail = workflowRow.extend({ commands: z.array(commandRow) }).meta({ id: "WorkflowDetail" });

const workflowId = z.object({ id: z.string().min(1).max(200) });

export const listWorkflows = operation({
  name: "listWorkflows",
  kind: "read",
  summary: "Pieces of work, newest first.",
  input: z.object({ ...listInput, state: z.enum(workflowStates).optional() }),
  output: listOutput(workflowRow),
  run: ({ state, ...page }, { store }) => {
    const filter = state === undefined ? {} : { state };
    return readList("workflows", filter, page, {
      page: async (request) => {
        const { rows, next } = await store.workflows.list(filter, request);
        return { rows: await shownWorkflows(rows, store), next };
      },
      count: () => store.workflows.count(filter),
    });
  },
});

export const getWorkflow = operation({
  name: "getWorkflow",
  kind: "read",
  summary: "One piece of work with its commands.",
  input: workflowId,
  output: workflowDetail,
  run: ({ id }, deps) => readWorkflow(id, deps),
});

export const startWorkflow = operation({
  name: "startWorkflow",
  kind: "write",
  summary:
    "Takes a plan. It is executed when `execute` says so, or without a word where safety.auto_execute_after_plan is on; else it waits in a paused workflow until that is resumed. The same request again is the same work.",
  input: z.object({
    workflow_id: z.string().min(1).max(500).optional().describe("`SCRUM-123`; else one is made from the request."),
    title: z.string().max(500).optional(),
    repository: z.string().max(2048).optional().describe("`https://host/owner/repo` or `owner/repo`."),
    base_branch: z.string().max(255).optional(),
    checkout: z.string().max(4096).optional().describe("The folder in which the work is done."),
    issue_dir: z.string().max(4096).optional().describe("Where artifacts go; relative to the checkout."),
    analysis_path: z.string().max(4096).optional(),
    manifest_path: z.string().max(4096).optional(),
    plan: z.string().max(200_000).optional().describe("The plan itself, for a worker that reads it from the payload."),
    session_id: z.string().max(128).optional(),
    execute: z.boolean().optional(),
  }),
  output: workflowDetail,
  run: async ({ workflow_id: asked, title, execute, repository, ...rest }, deps) => {
    const repositoryKey = repository === undefined ? null : repositoryKeyOf(deps.readRepository(repository));
    const plan = Object.fromEntries(Object.entries({ repository, ...rest }).filter(([, value]) => value !== undefined));
    refuseSecrets({ ...plan, title }, deps.redact);
    const hash = createHash("sha256").update(JSON.stringify(plan)).digest("hex");
    const id = await workflowFor(safeWorkflowId(asked ?? `work-${hash.slice(0, 12)}`), repositoryKey, deps.store);
    const { actor: requestedBy, queueClock, store, policy } = deps;
    const place = { checkoutDir: rest.checkout ?? null, issueDir: rest.issue_dir ?? null };
    const { isNew } = await begin(
      { id, repositoryKey, title: title ?? null, ...place, requestedBy },
      store,
      queueClock,
    );
    if (isNew)
      await noteRequest(
        { kind: "start_requested", subject: { kind: "workflow", ref: id }, summary: `Workflow ${id} was begun` },
        { actor: requestedBy },
        store,
        queueClock,
      );
    const isToBeExecuted = execute ?? policy.safety.autoExecuteAfterPlan;
    if (isToBeExecuted && !policy.performed.has("execute_plan"))
      throw new PullwrightError(
        "WORKER_NOT_CONFIGURED",
        `Nobody here executes plans. ${errorCodes.WORKER_NOT_CONFIGURED.remedy}`,
      );
    if (!isToBeExecuted && rest.plan === undefined && rest.analysis_path === undefined) return readWorkflow(id, deps);
    const command = {
      type: "execute_plan" as const,
      workflowId: id,
      repositoryKey,
      writes: false,
      idempotencyKey: `execute-plan:${id}:${hash.slice(0, 16)}`,
      payload: plan,
      priority: 0,
      attemptsMax: policy.attemptsMax.execute_plan,
      availableAt: queueClock.now(),
      requestedBy,
    };
    const [queued] = await enqueue([command], store, queueClock);
    // A plan that nobody said to execute is kept, and waits for that word.
    if (!isToBeExecuted && queued?.isNew === true && (await store.workflows.get(id))?.state === "active")
      await pause(id, { actor: requestedBy }, store, queueClock);
    return readWorkflow(id, deps);
  },
});

export const pauseWorkflow = act(
  "pauseWorkflow",
  "Begins nothing more of it until it is resumed. What runs goes on to its end; nothing fails for it.",
  pause,
);

export const resumeWorkflow = act("resumeWorkflow", "Lets a paused one go on where it was.", resume);

export const retryWorkflow = act(
  "retryWorkflow",
  "Tries again what made it fail, or what was cancelled with it.",
  retry,
);

export const cancelWorkflow = act("cancelWorkflow", "Cancels it with all that waits or runs of it.", cancel);

/** What an operator does with a workflow; the answer is what it is then. */
function act(
  name: string,
  summary: string,
  how: (id: string, by: Requester, queries: StoreQueries, clock: QueueClock) => Promise<unknown>,
) {
  return operation({
    name,
    kind: "write",
    summary,
    input: workflowId,
    output: workflowDetail,
    run: async ({ id }, deps) => {
      await how(id, { actor: deps.actor }, deps.store, deps.queueClock);
      return readWorkflow(id, deps);
    },
  });
}

async function readWorkflow(id: string, { store }: OperationDeps): Promise<z.output<typeof workflowDetail>> {
  const row = await store.workflows.get(id);
  const [shown] = row === undefined ? [] : await shownWorkflows([row], store);
  if (shown === undefined)
    throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no workflow ${JSON.stringify(id.slice(0, 100))}.`);
  const { rows } = await store.commands.list({ workflowId: id }, { limit: commandsMax, after: null });
  return { ...shown, commands: rows.map(shownCommand).toReversed() };
}

/** So many commands of a workflow are shown, the newest. */
const commandsMax = 200;

async function shownWorkflows(
  rows: WorkflowRow[],
  { commands }: Pick<OperationDeps["store"], "commands">,
): Promise<z.output<typeof workflowRow>[]> {
  const latest = Map.groupBy(
    await commands.latestOfWorkflows(rows.map(({ id }) => id)),
    (command) => command.workflow_id,
  );
  return rows.map(({ number: _number, ...row }) => ({
    ...row,
    latest_commands: (latest.get(row.id) ?? []).map((command) => ({
      ...shownCommand(command),
      links: command.links,
      artifacts: command.artifacts,
    })),
  }));
}

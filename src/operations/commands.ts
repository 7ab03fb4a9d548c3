import { createHash } from "node:crypto";
import { z } from "zod";
import { commandStates, commandTypes } from "../domain/command.ts";
import { errorCodes, PullwrightError } from "../domain/error.ts";
import { repositoryKeyOf } from "../domain/repository-ref.ts";
import { safeWorkflowId } from "../domain/workflow-id.ts";
import { cancelCommand as cancel } from "../queue/cancel.ts";
import { workflowFor } from "../queue/enqueue-wanted.ts";
import { enqueue, type Enqueued, startWorkflow } from "../queue/enqueue.ts";
import { noteRequest } from "../queue/note-request.ts";
import { retryCommand as retry } from "../queue/retry.ts";
import type { CommandRow } from "../store/commands.ts";
import { effectRow, effectsOf } from "./effects.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { refuseSecrets } from "./refuse-secrets.ts";
import { wholeNumber } from "./whole-number.ts";

export const commandRow = z
  .object({
    id: z.number().int(),
    type: z.enum(commandTypes),
    workflow_id: z.string(),
    repository_key: z.string().nullable(),
    state: z.enum(commandStates),
    paused: z.boolean().describe("Its workflow is paused: it waits, and nothing of it fails."),
    priority: z.number().int(),
    attempt: z.number().int(),
    attempts_max: z.number().int(),
    available_at: z.string().describe("Not begun before then."),
    cancel_requested_at: z.string().nullable(),
    outcome_code: z.string().nullable(),
    outcome_because: z.string().nullable(),
    idempotency_key: z.string(),
    requested_by: z.string(),
    created_at: z.string(),
    updated_at: z.string(),
    started_at: z.string().nullable(),
    ended_at: z.string().nullable(),
  })
  .meta({ id: "Command" });

/** What a command left behind. */
export const commandProducts = {
  links: z.array(z.object({ label: z.string(), url: z.string() })),
  artifacts: z.record(z.string(), z.string()).describe("Name to path, on the machine that did it."),
};

const commandDetail = commandRow
  .extend({
    payload: z.record(z.string(), z.unknown()),
    ...commandProducts,
    result: z.record(z.string(), z.unknown()),
    log_path: z.string().nullable().describe("What its program printed, also while it runs."),
    waits: z.number().int().describe("How often it waited for something that costs no attempt."),
    caused_by_event_id: z.number().int().nullable(),
    caused_by_command_id: z.number().int().nullable(),
    history: z.array(
      z.object({
        at: z.string(),
        move: z.string(),
        attempt: z.number().int(),
        actor: z.string(),
        code: z.string().nullable(),
        because: z.string().nullable(),
        started_at: z.string().nullable(),
      }),
    ),
    effects: z.array(effectRow),
    remedy: z.string().nullable().describe("What to do about a failed command."),
  })
  .meta({ id: "CommandDetail" });

const commandId = z.object({ id: wholeNumber(1) });

export const listCommands = operation({
  name: "listCommands",
  kind: "read",
  summary: "Commands, newest first.",
  input: z.object({
    ...listInput,
    state: z.enum(commandStates).optional(),
    type: z.enum(commandTypes).optional(),
    workflow_id: z.string().max(200).optional(),
  }),
  output: listOutput(commandRow),
  run: ({ state, type, workflow_id: workflowId, ...page }, { store }) => {
    const filter = {
      ...(state === undefined ? {} : { state }),
      ...(type === undefined ? {} : { type }),
      ...(workflowId === undefined ? {} : { workflowId }),
    };
    return readList("commands", filter, page, {
      page: async (request) => {
        const { rows, next } = await store.commands.list(filter, request);
        return { rows: rows.map(shownCommand), next };
      },
      count: () => store.commands.count(filter),
    });
  },
});

export const getCommand = operation({
  name: "getCommand",
  kind: "read",
  summary: "One command: what it was asked, what became of each attempt, what it did to the world outside.",
  input: commandId,
  output: commandDetail,
  run: ({ id }, deps) => readCommand(id, deps),
});

export const queueCommand = operation({
  name: "queueCommand",
  kind: "write",
  summary:
    "Queues a command. With the same Idempotency-Key, or the same workflow and payload while it has not ended, it is the same command.",
  input: z.object({
    type: z.enum(commandTypes),
    workflow_id: z
      .string()
      .min(1)
      .max(500)
      .describe("`SCRUM-123`; made safe as a file name, begun when it is not there."),
    repository: z.string().max(2048).optional().describe("`https://host/owner/repo` or `owner/repo`."),
    payload: z.record(z.string(), z.unknown()).default({}).describe("What the worker needs; see docs/operate.md."),
    priority: z.number().int().min(-1000).max(1000).default(0),
    delay_seconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(0),
  }),
  output: commandRow,
  run: async (input, deps) => {
    const { type } = input;
    if (!deps.policy.performed.has(type))
      throw new PullwrightError(
        "WORKER_NOT_CONFIGURED",
        `Nobody here does ${type}. ${errorCodes.WORKER_NOT_CONFIGURED.remedy}`,
      );
    const repositoryKey =
      input.repository === undefined ? null : repositoryKeyOf(deps.readRepository(input.repository));
    const workflowId = await workflowFor(safeWorkflowId(input.workflow_id), repositoryKey, deps.store);
    const payload = { ...(input.repository === undefined ? {} : { repository: input.repository }), ...input.payload };
    refuseSecrets(payload, deps.redact);
    const requestedBy = deps.actor;
    const { checkout, issue_dir: issueDir } = payload as { checkout?: unknown; issue_dir?: unknown };
    await startWorkflow(
      {
        id: workflowId,
        repositoryKey,
        title: null,
        checkoutDir: typeof checkout === "string" ? checkout : null,
        issueDir: typeof issueDir === "string" ? issueDir : null,
        requestedBy,
      },
      deps.store,
      deps.queueClock,
    );
    const asked = await countOfWorkflow(workflowId, deps);
    const [enqueued] = await enqueue(
      [
        {
          type,
          workflowId,
          repositoryKey: repositoryKey ?? laneOf(input.payload),
          writes: type === "create_pull_request",
          idempotencyKey: await keyFor(type, workflowId, payload, asked, deps),
          payload,
          priority: input.priority,
          attemptsMax: deps.policy.attemptsMax[type],
          availableAt: new Date(Date.parse(deps.queueClock.now()) + 1000 * input.delay_seconds).toISOString(),
          requestedBy,
        },
      ],
      deps.store,
      deps.queueClock,
    );
    const { id, isNew } = enqueued as Enqueued;
    if (isNew)
      await noteRequest(
        {
          kind: "queue_requested",
          subject: { kind: "command", ref: String(id) },
          summary: `Command ${id} (${type} of ${workflowId}) was queued`,
        },
        { actor: requestedBy },
        deps.store,
        deps.queueClock,
      );
    return shownCommand((await deps.store.commands.get(id)) as CommandRow);
  },
});

export const retryCommand = operation({
  name: "retryCommand",
  kind: "write",
  summary: "Queues a command again that failed, was skipped or was cancelled; it finds what it did before.",
  input: commandId,
  output: commandRow,
  run: async ({ id }, { store, queueClock, actor }) => shownCommand(await retry(id, { actor }, store, queueClock)),
});

export const cancelCommand = operation({
  name: "cancelCommand",
  kind: "write",
  summary:
    "Cancels a command: at once when it waits, within two seconds when it runs. What exists at the forge by then stays there.",
  input: commandId,
  output: commandRow,
  run: async ({ id }, { store, queueClock, actor }) => shownCommand(await cancel(id, { actor }, store, queueClock)),
});

/** A command as lists show it. */
export function shownCommand(row: CommandRow): z.output<typeof commandRow> {
  return {
    id: row.id,
    type: row.type,
    workflow_id: row.workflow_id,
    repository_key: row.repository_key,
    state: row.state,
    paused: row.paused === 1,
    priority: row.priority,
    attempt: row.attempt,
    attempts_max: row.attempts_max,
    available_at: row.available_at,
    cancel_requested_at: row.cancel_requested_at,
    outcome_code: row.outcome_code,
    outcome_because: row.outcome_because,
    idempotency_key: row.idempotency_key,
    requested_by: row.requested_by,
    created_at: row.created_at,
    updated_at: row.updated_at,
    started_at: row.started_at,
    ended_at: row.ended_at,
  };
}

async function readCommand(id: number, { store }: OperationDeps): Promise<z.output<typeof commandDetail>> {
  const row = await store.commands.get(id);
  if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no command ${id}.`);
  const history = await store.commands.history(id);
  const { payload, links, artifacts, result, log_path, waits, caused_by_event_id, caused_by_command_id } = row;
  return {
    ...shownCommand(row),
    payload,
    links,
    artifacts,
    result,
    log_path,
    waits,
    caused_by_event_id,
    caused_by_command_id,
    history: history.map(({ at, move, attempt, actor, code, because, started_at }) => ({
      at,
      move,
      attempt,
      actor,
      code,
      because,
      started_at,
    })),
    effects: await effectsOf(id, store),
    remedy: remedyOf(row.outcome_code),
  };
}

function remedyOf(code: string | null): string | null {
  return code !== null && code in errorCodes ? errorCodes[code as keyof typeof errorCodes].remedy : null;
}

/** Commands of one repository that write run one at a time; where it is not named, those of one checkout do. */
function laneOf({ checkout }: Record<string, unknown>): string | null {
  return typeof checkout === "string" ? `checkout:${checkout}` : null;
}

/** How many commands a workflow has had: tells one asking from the next once the first has ended. */
async function countOfWorkflow(workflowId: string, { store }: OperationDeps): Promise<number> {
  return store.commands.count({ workflowId });
}

/** The same thing asked twice is asked once as long as the first has not ended; asked again after that, it is done again. */
async function keyFor(
  type: string,
  workflowId: string,
  payload: Record<string, unknown>,
  asked: number,
  { store }: OperationDeps,
): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(payload)).digest("hex").slice(0, 16);
  const base = `asked:${type}:${workflowId}:${hash}`;
  for (const state of ["queued", "running"] as const) {
    const { rows } = await store.commands.list({ state, workflowId }, { limit: 50, after: null });
    const open = rows.find((row) => row.idempotency_key.startsWith(`${base}:`));
    if (open !== undefined) return open.idempotency_key;
  }
  return `${base}:${asked}`;
}

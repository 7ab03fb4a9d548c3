import { writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { styleText } from "node:util";
import type { Config } from "../config.ts";
import type { CommandType } from "../domain/command.ts";
import { errorCodes } from "../domain/error.ts";
import { workItemIn } from "../domain/workflow-id.ts";
import type { WorkersAlone } from "../engine/start-workers-alone.ts";
import { createWorkProgress, type WorkProgress } from "./work-progress.ts";
import type { CommandDetail } from "../store/commands.ts";

/** A command that somebody wants done now, by this process, and how its end is told. */
export type CommandToRun = {
  type: CommandType;
  payload: Record<string, unknown>;
  /** The folder that holds the work; relative paths of the payload are relative to it. */
  checkout: string;
  workflowId: string | null;
  json: boolean;
};

/** First in the line of this store: whoever runs it by hand waits for it. */
export const handPriority = 1000;

/**
 * Queues a command, works it off and tells how it ended: to people, as JSON, and in the result file of seed 001's protocol. The intents are in the store as
 * always, so a second run finds what this one did. Returns the exit code: 0 done, 1 failed, 3 when it was cancelled.
 */
export async function runCommand(config: Config, asked: CommandToRun): Promise<number> {
  return workHere(config, asked, {
    queue: async (workers) => {
      const checkout = resolve(asked.checkout);
      const payload: Record<string, unknown> = { ...asked.payload, checkout };
      const named = typeof payload["repository"] === "string" ? payload["repository"] : undefined;
      const repository = asked.type === "create_pull_request" ? await workers.repositoryOf(checkout, named) : named;
      const workflowId = asked.workflowId ?? config.workerProtocol.workflowId ?? workflowOf(payload, checkout);
      return workers.ask("queueCommand", {
        type: asked.type,
        workflow_id: workflowId,
        payload,
        priority: handPriority,
        ...(repository === undefined ? {} : { repository }),
      });
    },
    ending: async (command, result) => ({ text: told(command), json: result, exitCode: result.returncode }),
  });
}

/** How something is asked for here and now, and how its end is told. */
export type WorkHere = {
  /** Queues it; the answer has the command's number as `id`. */
  queue: (workers: WorkersAlone) => Promise<unknown>;
  ending: (
    command: CommandDetail,
    result: ReturnType<typeof resultOf>,
    workers: WorkersAlone,
  ) => Promise<{ text: string; json: object; exitCode: number }>;
};

/** Queues a command, works it off in this process, and tells how it ended. Returns the exit code: 3 when it was cancelled, else as its ending says. */
export async function workHere(
  config: Config,
  { type, json }: Pick<CommandToRun, "type" | "json">,
  { queue, ending }: WorkHere,
): Promise<number> {
  const { startWorkersAlone } = await import("../engine/start-workers-alone.ts");
  const progress = createWorkProgress(type, { isShown: process.stderr.isTTY && !json });
  const workers = await startWorkersAlone(config, { onStep: progress.step, isByHand: true });
  try {
    const { id } = (await queue(workers)) as { id: number };
    const command = await untilEnded(id, workers, progress);
    progress.end();
    const result = resultOf(command, config.workerProtocol.commandId);
    if (config.workerProtocol.resultPath !== null)
      await writeFile(config.workerProtocol.resultPath, `${JSON.stringify(result, null, 2)}\n`);
    const end = await ending(command, result, workers);
    process.stdout.write(json ? `${JSON.stringify(end.json, null, 2)}\n` : end.text);
    return command.state === "cancelled" ? 3 : end.exitCode;
  } finally {
    progress.end();
    await workers.stop();
  }
}

/** `SCRUM-123` out of `exports/SCRUM-123`, else out of the checkout's path, else the folder's own name. */
function workflowOf(payload: Record<string, unknown>, checkout: string): string {
  const issueDir = payload["issue_dir"];
  if (typeof issueDir === "string" && basename(issueDir) !== "") return basename(issueDir);
  return workItemIn([basename(checkout)]) ?? basename(checkout);
}

type Reading = { read: (id: number) => Promise<CommandDetail | undefined>; moved: () => Promise<void> };

async function untilEnded(id: number, workers: Reading, progress: WorkProgress): Promise<CommandDetail> {
  for (;;) {
    const moved = workers.moved();
    const command = await workers.read(id);
    if (command === undefined) throw new Error(`Command ${id} is gone`);
    if (command.ended_at !== null) return command;
    if (command.state === "queued" && command.outcome_because !== null)
      progress.say(`${command.outcome_because} It goes on at ${command.available_at}.`);
    await Promise.race([moved, afterMs(1000)]);
  }
}

function afterMs(ms: number): Promise<void> {
  return new Promise((over) => setTimeout(over, ms).unref());
}

/** The result file: what an orchestrator reads when a worker has ended. */
function resultOf(command: CommandDetail, commandId: string | null) {
  const success = command.state === "succeeded" || command.state === "skipped";
  return {
    command_id: commandId ?? String(command.id),
    workflow_id: command.workflow_id,
    command_type: command.type,
    success,
    returncode: success ? 0 : 1,
    started_at: command.started_at,
    finished_at: command.ended_at,
    artifacts: { ...command.artifacts, ...command.result },
    error: success ? null : `${command.outcome_code ?? command.state}: ${command.outcome_because ?? ""}`,
    stdout_path: command.log_path,
    stderr_path: command.log_path?.replace(/stdout/g, "stderr") ?? null,
  };
}

/** An end in a few lines: how it ended, where it is to be seen, what to do about it. */
export function told(command: CommandDetail): string {
  const { outcome_code: code } = command;
  const remedy = code !== null && code in errorCodes ? errorCodes[code as keyof typeof errorCodes].remedy : null;
  const isGood = command.state === "succeeded";
  const lines = [
    `${styleText(isGood ? "green" : "red", command.state)}  ${command.outcome_because ?? ""}${code === null ? "" : ` (${code})`}`,
    ...command.links.map(({ label, url }) => `${label}  ${styleText("cyan", url)}`),
    ...(remedy === null ? [] : [`What to do: ${remedy}`]),
    ...(isGood ? [] : [styleText("dim", `pullwright commands show ${command.id} tells all of it`)]),
  ];
  return `${lines.join("\n")}\n`;
}

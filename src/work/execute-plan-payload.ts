import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { readPayload, somePath } from "./read-payload.ts";

/** What `execute_plan` is asked with, by an agent of ours; seed 001's names. Unknown fields are kept out, not refused: a chain may hand on more. */
export const executePlanPayload = z.object({
  plan: z.string().min(1).max(200_000).optional(),
  /** A file with the plan, where it is not given itself. */
  analysis_path: somePath.optional(),
  /** Where the artifacts go, in `codex_implementation/`. */
  issue_dir: somePath.optional(),
  /** `https://host/owner/repo` or `owner/repo`; else the configuration says. */
  repository: z.string().max(2048).optional(),
  base_branch: z.string().min(1).max(255).optional(),
});

export type ExecutePlanPayload = Omit<z.output<typeof executePlanPayload>, "plan"> & { plan: string };

const planBytesMax = 200_000;

/** @throws PullwrightError PAYLOAD_INVALID naming the field */
export async function readExecutePlanPayload(
  payload: Record<string, unknown>,
  workingDirectory: string,
): Promise<ExecutePlanPayload> {
  const data = readPayload(executePlanPayload, payload);
  const issueDir = data.issue_dir === undefined ? {} : { issue_dir: resolve(workingDirectory, data.issue_dir) };
  return { ...data, ...issueDir, plan: data.plan ?? (await readPlan(data.analysis_path, workingDirectory)) };
}

async function readPlan(named: string | undefined, workingDirectory: string): Promise<string> {
  if (named === undefined)
    throw new PullwrightError("PAYLOAD_INVALID", "There is no plan: give it as `plan`, or a file as `analysis_path`.");
  const path = resolve(workingDirectory, named);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new PullwrightError("PAYLOAD_INVALID", `analysis_path: ${path} cannot be read.`, { cause });
  });
  if (bytes.length > planBytesMax)
    throw new PullwrightError("PAYLOAD_INVALID", `analysis_path: ${path} has over ${planBytesMax} bytes.`);
  return bytes.toString("utf8");
}

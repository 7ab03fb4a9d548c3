import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { CommandState, CommandType } from "../domain/command.ts";
import type { ReviewVerdict } from "../domain/review.ts";
import type { WorkflowState } from "../domain/workflow.ts";

/** What the service says of itself, as far as the demo's last words need it. */
export type Counts = {
  prs_open: number;
  prs_merged_7d: number;
  prs_reverted_7d: number;
  runs_24h: number;
  deliveries_received: number;
  deliveries_dead: number;
};

/** A piece of work as the service tells of it, as far as the story needs it. */
export type Work = {
  state: WorkflowState;
  commands: {
    id: number;
    type: CommandType;
    state: CommandState;
    attempt: number;
    outcome_code: string | null;
    outcome_because: string | null;
  }[];
};

/** A review as the service tells of it, as far as the story needs it. */
export type DemoReview = {
  id: number;
  verdict: ReviewVerdict;
  because: string;
  explanation: string;
  /** Null until all of it stands at the forge. */
  posted_at: string | null;
  findings: { priority: number; title: string; path: string; start_line: number }[];
};

export type AskService = {
  /** Posts a plan as any program would. */
  startWork: (plan: Record<string, unknown>) => Promise<void>;
  work: (workflowId: string) => Promise<Work>;
  /** What was done outside on behalf of a command, in the audit log's words: `effect.send`, `effect.found`, … */
  doneOutside: (commandId: number) => Promise<string[]>;
  /** The review of a commit of a merge request; null as long as there is none. */
  reviewOf: (number: number, headSha: string) => Promise<DemoReview | null>;
  counts: () => Promise<Counts>;
};

/** The service's own API, asked with its token. */
export function askService(appUrl: string, dataDir: string): AskService {
  const token = readFileSync(join(dataDir, "api-token"), "utf8").trim();
  const ask = async (path: string, question: { method?: string; body?: string } = {}): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${appUrl}/api/v1${path}`, { ...question, headers });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    startWork: async (plan) => void (await ask("/workflows", { method: "POST", body: JSON.stringify(plan) })),
    work: async (workflowId) => (await ask(`/workflows/${encodeURIComponent(workflowId)}`)) as Work,
    doneOutside: async (commandId) => {
      const { data } = (await ask(`/audit?actor=${encodeURIComponent(`command ${commandId}`)}`)) as {
        data: { action: string }[];
      };
      return data.map(({ action }) => action);
    },
    reviewOf: async (number, headSha) => {
      const { data } = (await ask(`/reviews?pr_number=${number}`)) as { data: { id: number; head_sha: string }[] };
      const found = data.find(({ head_sha: sha }) => sha === headSha);
      return found === undefined ? null : ((await ask(`/reviews/${found.id}`)) as DemoReview);
    },
    counts: async () => ((await ask("/status")) as { counts: Counts }).counts,
  };
}

const askMs = 40;
const digestMsMax = 30_000;

/** Waits until every delivery is digested and gives the counts; what still waits after half a minute is said in them. */
export async function countsWhenDigested(service: AskService, stopping: AbortSignal): Promise<Counts> {
  const deadline = performance.now() + digestMsMax;
  for (;;) {
    const counts = await service.counts();
    if (counts.deliveries_received === 0 || performance.now() > deadline || stopping.aborted) return counts;
    await wait(askMs, undefined, { signal: stopping }).catch(() => {});
  }
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** What the service says of itself, as far as the demo's last words need it. */
export type Counts = {
  prs_open: number;
  prs_merged_7d: number;
  prs_reverted_7d: number;
  runs_24h: number;
  deliveries_received: number;
  deliveries_dead: number;
};

const askMs = 40;
const digestMsMax = 30_000;

/** Waits until every delivery is digested and gives the counts; what still waits after half a minute is said in them. */
export async function countsWhenDigested(appUrl: string, dataDir: string, stopping: AbortSignal): Promise<Counts> {
  const token = readFileSync(join(dataDir, "api-token"), "utf8").trim();
  const deadline = performance.now() + digestMsMax;
  for (;;) {
    const response = await fetch(`${appUrl}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } });
    const { counts } = (await response.json()) as { counts: Counts };
    if (counts.deliveries_received === 0 || performance.now() > deadline || stopping.aborted) return counts;
    await wait(askMs, undefined, { signal: stopping }).catch(() => {});
  }
}

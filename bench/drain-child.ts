/** Drains the store that its argument names by the engine, prints a DrainReport, and ends. Started by drain.ts. */
import { setTimeout as wait } from "node:timers/promises";
import { startEngine } from "../src/engine/engine.ts";
import { createLog } from "../src/log.ts";
import { createRedact } from "../src/redact/redact.ts";
import { openStore, type StoreLocation } from "../src/store/open-store.ts";

export type DrainReport = { ms: number; digested: number; rssMegabytesMax: number };

const location = JSON.parse(process.argv[2] ?? "") as StoreLocation;
const redact = createRedact(["a secret that nobody sends"]);
const startedAt = performance.now();
const engine = await startEngine(
  { store: location, boundRepositories: {} },
  { log: createLog({ level: "warn", redact }), redact, onChanged: () => {} },
);
const reader = await openStore(location, "read");
while ((await reader.deliveries.count({ state: "received" })) > 0) await wait(100);
const ms = performance.now() - startedAt;
await engine.stop();

const states = await countDigested();
await reader.close();
const report: DrainReport = { ms, digested: states, rssMegabytesMax: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(report));

/** The store counts exactly to ten thousand only, so the pages are walked. */
async function countDigested(): Promise<number> {
  let digested = 0;
  for (let after = null; ;) {
    const page = await reader.deliveries.list({ state: "digested" }, { limit: 10_000, after });
    digested += page.rows.length;
    if (page.next === null) return digested;
    after = page.next;
  }
}

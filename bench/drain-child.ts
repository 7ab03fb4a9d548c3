/** Drains the store that its argument names by the engine, prints a DrainReport, and ends. Started by drain.ts. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startEngine } from "../src/engine/engine.ts";
import { loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { createRedact } from "../src/redact/redact.ts";
import { workOptionsOf } from "../src/config/work-options.ts";
import { openStore, type StoreLocation } from "../src/store/open-store.ts";

/** `cpuMs` is what this process and its threads took of the processors, which a busy machine changes less than the time that passed. */
export type DrainReport = { ms: number; cpuMs: number; digested: number; rssMegabytesMax: number };

const location = JSON.parse(process.argv[2] ?? "") as StoreLocation;
const redact = createRedact(["a secret that nobody sends"]);
const startedAt = performance.now();
const engine = await startEngine(
  {
    store: location,
    boundRepositories: {},
    work: workOptionsOf({ ...loadConfig({}), dataDir: mkdtempSync(join(tmpdir(), "pullwright-drain-")) }),
  },
  {
    log: createLog({ level: "warn", redact }),
    redact,
    holdsSecret: () => false,
    knownSecrets: () => [],
    learn: () => {},
    onChanged: () => {},
  },
);
const reader = await openStore(location, "read");
while ((await reader.deliveries.count({ state: "received" })) > 0) await wait(100);
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage();
await engine.stop();

const digested = await countDigested();
await reader.close();
const report: DrainReport = {
  ms,
  cpuMs: (user + system) / 1000,
  digested,
  rssMegabytesMax: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(report));

/** The store counts exactly to ten thousand only, so the pages are walked. */
async function countDigested(): Promise<number> {
  let count = 0;
  for (let after = null; ;) {
    const page = await reader.deliveries.list({ state: "digested" }, { limit: 10_000, after });
    count += page.rows.length;
    if (page.next === null) return count;
    after = page.next;
  }
}

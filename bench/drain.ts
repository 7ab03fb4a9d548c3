/**
 * npm run bench:drain [-- --deliveries 50000 --pull-requests 2000 --repositories 50 --only sqlite --cpu-prof FOLDER]
 *
 * How fast the engine digests a backlog: fills a store with pull_request deliveries of about 20 KB, the lives of some pull requests told in
 * turns, then lets the engine drain it alone in a process of its own, on SQLite and on PostgreSQL.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openStore, type StoreLocation } from "../src/store/open-store.ts";
import { createDatabase, startPostgres } from "../test/support/postgres.ts";
import type { DrainReport } from "./drain-child.ts";
import { pullRequestLives } from "./pull-request-lives.ts";

const { values } = parseArgs({
  options: {
    deliveries: { type: "string", default: "50000" },
    "pull-requests": { type: "string", default: "2000" },
    repositories: { type: "string", default: "50" },
    only: { type: "string" },
    "cpu-prof": { type: "string" },
  },
});
const shape = {
  deliveries: Number(values.deliveries),
  pullRequests: Number(values["pull-requests"]),
  repositories: Number(values.repositories),
};
const wants = (name: string): boolean => values.only === undefined || values.only.split(",").includes(name);

const rows: string[] = [];
if (wants("sqlite")) {
  const folder = mkdtempSync(join(tmpdir(), "pullwright-drain-"));
  try {
    rows.push(await measure("sqlite", { engine: "sqlite", path: join(folder, "data", "pullwright.db") }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
if (wants("postgres")) {
  const server = await startPostgres();
  try {
    const database = await createDatabase(server.url);
    rows.push(await measure("postgres", { engine: "postgres", url: database.url }));
  } finally {
    await server.stop();
  }
}

console.log(
  `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}\n`,
);
console.log("| store | deliveries | mean KB | drained in s | deliveries a second | CPU in s | largest RSS in MB |");
console.log("| --- | --: | --: | --: | --: | --: | --: |");
for (const row of rows) console.log(row);

async function measure(name: string, location: StoreLocation): Promise<string> {
  const filling = performance.now();
  const bytes = await fill(location);
  console.log(`${name}: ${shape.deliveries} deliveries stored in ${seconds(performance.now() - filling)} s`);
  const report = await drainApart(location);
  if (report.digested !== shape.deliveries) {
    throw new Error(`${report.digested} of ${shape.deliveries} were digested: ${JSON.stringify(report)}`);
  }
  const perSecond = Math.round((shape.deliveries / report.ms) * 1000).toLocaleString("en");
  const kilobytes = (bytes / shape.deliveries / 1024).toFixed(1);
  return `| ${name} | ${shape.deliveries.toLocaleString("en")} | ${kilobytes} | ${seconds(report.ms)} | ${perSecond} | ${seconds(report.cpuMs)} | ${Math.round(report.rssMegabytesMax)} |`;
}

/** Returns how many bytes the bodies have. */
async function fill(location: StoreLocation): Promise<number> {
  const store = await openStore(location, "write");
  let bytes = 0;
  let batch = [];
  for (const delivery of pullRequestLives(shape)) {
    bytes += delivery.body.byteLength;
    batch.push(delivery);
    if (batch.length < 200) continue;
    await store.accept(batch);
    batch = [];
  }
  await store.accept(batch);
  await store.close();
  return bytes;
}

function drainApart(location: StoreLocation): Promise<DrainReport> {
  const profile = values["cpu-prof"] === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", values["cpu-prof"]];
  const program = fileURLToPath(new URL("./drain-child.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...profile, program, JSON.stringify(location)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(printed) as DrainReport);
      else reject(new Error(`The draining child ended with ${code}`));
    });
  });
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

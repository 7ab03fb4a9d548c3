/**
 * npm run bench:queue [-- --commands 5000 --repositories 50 --samples 200 --only sqlite,postgres,pg-boss,graphile-worker]
 *
 * Our queue beside pg-boss and graphile-worker, on the same PostgreSQL, in one run: how many empty commands a second pass through ten workers; how long it
 * takes from the call that queues a command to its begin; and how long another repository's command waits while one has 5,000 waiting.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { StoreLocation } from "../src/store/open-store.ts";
import { createDatabase, startPostgres } from "../test/support/postgres.ts";
import type { Contender, OpenQueue } from "./queues/contender.ts";
import { graphileWorker } from "./queues/graphile-worker.ts";
import { ours } from "./queues/ours.ts";
import { pgBoss } from "./queues/pg-boss.ts";

const { values } = parseArgs({
  options: {
    commands: { type: "string", default: "5000" },
    repositories: { type: "string", default: "50" },
    samples: { type: "string", default: "200" },
    only: { type: "string" },
  },
});
const commands = Number(values.commands);
const repositories = Number(values.repositories);
const samples = Number(values.samples);
const slots = 10;
/** Nobody waits longer than this for a contender's throughput. */
const patienceMs = 60_000;

const server = await startPostgres({ settings: { max_connections: 100 } });
try {
  const all: Contender[] = [
    ours("ours, SQLite", sqliteFile, "own-process"),
    ours("ours, SQLite, queued elsewhere", sqliteFile, "elsewhere"),
    ours("ours, PostgreSQL", postgresDatabase, "own-process"),
    ours("ours, PostgreSQL, queued elsewhere", postgresDatabase, "elsewhere"),
    pgBoss("pg-boss 12.35.0, key_strict_fifo", postgresUrl, { policy: "key_strict_fifo", nudged: false }),
    pgBoss("pg-boss 12.35.0, key_strict_fifo, nudged", postgresUrl, { policy: "key_strict_fifo", nudged: true }),
    pgBoss("pg-boss 12.35.0, no order, nudged", postgresUrl, { policy: "standard", nudged: true }),
    graphileWorker("graphile-worker 0.18.0, a queue per repository", postgresUrl),
  ];
  const wanted = values.only?.split(",");
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}, commits synced\n`,
  );
  console.log(
    `| queue | commands a second (${commands} in ${repositories} repositories) | queued to begun p50 / p99 ms | behind 5,000 of another repository p50 / p99 / max ms |`,
  );
  console.log("| --- | --: | --: | --: |");
  for (const contender of all) {
    if (wanted !== undefined && !wanted.some((word) => contender.name.toLowerCase().includes(word.toLowerCase())))
      continue;
    const rate = await throughput(contender);
    const latency = await latencies(contender);
    const behind = await behindABusyOne(contender);
    console.log(
      `| ${contender.name} | ${rate} | ${at(latency, 0.5)} / ${at(latency, 0.99)} | ${at(behind, 0.5)} / ${at(behind, 0.99)} / ${at(behind, 1)} |`,
    );
  }
} finally {
  await server.stop();
}

async function throughput(contender: Contender): Promise<string> {
  await using opened = await open(contender);
  const { queue } = opened;
  await queue.addMany(Array.from({ length: commands }, (_, index) => `repository-${index % repositories}`));
  let done = 0;
  const finished = Promise.withResolvers<void>();
  const from = performance.now();
  const workers = await queue.work(slots, async () => {
    done += 1;
    if (done === commands) finished.resolve();
  });
  await Promise.race([finished.promise, wait(patienceMs)]);
  const seconds = (performance.now() - from) / 1000;
  await workers.stop();
  return `${Math.round(done / seconds).toLocaleString("en")}${done < commands ? ` (${done} of ${commands} in ${patienceMs / 1000} s)` : ""}`;
}

async function latencies(contender: Contender): Promise<number[]> {
  await using opened = await open(contender);
  const { queue } = opened;
  const begun = createBegins();
  const workers = await queue.work(slots, async (repository) => begun.note(repository));
  const measured: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const repository = `repository-${index}`;
    const from = performance.now();
    await queue.add(repository);
    measured.push((await begun.of(repository)) - from);
    await wait(5 + (index % 20));
  }
  await workers.stop();
  return measured;
}

async function behindABusyOne(contender: Contender): Promise<number[]> {
  await using opened = await open(contender);
  const { queue } = opened;
  await queue.addMany(Array.from({ length: 5000 }, () => "busy"));
  const begun = createBegins();
  const workers = await queue.work(4, async (repository) => {
    if (repository === "busy") await wait(20);
    else begun.note(repository);
  });
  await wait(500);
  const measured: number[] = [];
  for (let index = 0; index < samples / 4; index += 1) {
    const repository = `quiet-${index}`;
    const from = performance.now();
    await queue.add(repository);
    measured.push((await begun.of(repository)) - from);
    await wait(30 + (index % 20));
  }
  await workers.stop();
  return measured;
}

/** When the job of each repository began. */
function createBegins(): { note: (repository: string) => void; of: (repository: string) => Promise<number> } {
  const begins = new Map<string, PromiseWithResolvers<number>>();
  const beginOf = (repository: string): PromiseWithResolvers<number> => {
    const known = begins.get(repository) ?? Promise.withResolvers<number>();
    begins.set(repository, known);
    return known;
  };
  return {
    note: (repository) => beginOf(repository).resolve(performance.now()),
    of: (repository) => beginOf(repository).promise,
  };
}

async function open(contender: Contender): Promise<{ queue: OpenQueue } & AsyncDisposable> {
  const queue = await contender.open();
  return { queue, [Symbol.asyncDispose]: () => queue.close() };
}

async function sqliteFile(): Promise<{ location: StoreLocation; remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "pullwright-queue-"));
  return {
    location: { engine: "sqlite", path: join(folder, "data", "pullwright.db") },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgresDatabase(): Promise<{ location: StoreLocation; remove: () => Promise<void> }> {
  const { url, remove } = await postgresUrl();
  return { location: { engine: "postgres", url }, remove };
}

async function postgresUrl(): Promise<{ url: string; remove: () => Promise<void> }> {
  const database = await createDatabase(server.url);
  return { url: database.url, remove: () => database.drop() };
}

function at(measured: number[], share: number): string {
  const sorted = measured.toSorted((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN).toFixed(1);
}

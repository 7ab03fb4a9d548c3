/**
 * npm run bench:queue [-- --commands 3000 --repositories 50 --samples 100 --rounds 3 --only sqlite,postgresql,pg-boss,graphile]
 *
 * Our queue beside pg-boss and graphile-worker, on the same PostgreSQL, in one run: how many empty commands a second pass through ten workers; how long it
 * takes from the call that queues a command to its begin; and how long another repository's command waits while one has 5,000 waiting. Everybody has a turn in
 * each round, so that what else the machine does falls on all alike; the rate is the middle one of the rounds, the times are those of all of them.
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
    commands: { type: "string", default: "3000" },
    repositories: { type: "string", default: "50" },
    samples: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
  },
});
const commands = Number(values.commands);
const repositories = Number(values.repositories);
const samples = Number(values.samples);
const rounds = Number(values.rounds);
const slots = 10;
/** No contender's rate is measured for longer than this. */
const patienceMs = 10_000;

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
  const wanted = values.only?.toLowerCase().split(",");
  const contenders = all.filter(
    ({ name }) => wanted === undefined || wanted.some((word) => name.toLowerCase().includes(word)),
  );
  const measured = contenders.map((contender) => ({
    contender,
    rates: [] as number[],
    latencies: [] as number[],
    behind: [] as number[],
  }));
  for (let round = 1; round <= rounds; round += 1)
    for (const { contender, rates, latencies: times, behind } of measured) {
      console.error(`round ${round}: ${contender.name}`);
      rates.push(await throughput(contender));
      times.push(...(await latencies(contender)));
      behind.push(...(await behindABusyOne(contender)));
    }
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}, commits synced, ${rounds} rounds\n`,
  );
  console.log(
    `| queue | commands a second (${commands.toLocaleString("en")} in ${repositories} repositories) | queued to begun p50 / p99 ms | behind 5,000 of another repository p50 / p99 / max ms |`,
  );
  console.log("| --- | --: | --: | --: |");
  for (const { contender, rates, latencies: times, behind } of measured)
    console.log(
      `| ${contender.name} | ${Math.round(share(rates, 0.5)).toLocaleString("en")} | ${at(times, 0.5)} / ${at(times, 0.99)} | ${at(behind, 0.5)} / ${at(behind, 0.99)} / ${at(behind, 1)} |`,
    );
} finally {
  await server.stop();
}

/** How many a second, also where patience ended before the commands did. */
async function throughput(contender: Contender): Promise<number> {
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
  return done / seconds;
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

function at(measured: number[], part: number): string {
  return share(measured, part).toFixed(1);
}

/** The value below which this part of them lies. */
function share(measured: number[], part: number): number {
  const sorted = measured.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

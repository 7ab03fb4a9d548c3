/**
 * npm run bench:receive [-- --seconds 8 --rounds 3 --only sqlite]
 *
 * The same 20 KB pull_request delivery with fresh ids at 64 connections, against a bare node:http server, Probot, and the whole service
 * (`pullwright start`) on SQLite and on PostgreSQL, one after the other, several rounds; prints the medians and the ratios.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/support/postgres.ts";
import { driveLoadApart, type LoadReport } from "./load-client.ts";
import { type ChildServer, startChild } from "./start-child.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
  },
});
const warmUpSeconds = 1;
const secret = "bench secret that is long enough to be one";
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const jsonPort = (line: string): number | undefined =>
  line.startsWith("{") ? (JSON.parse(line) as { port: number }).port : undefined;
const servicePort = (line: string): number | undefined =>
  line.startsWith("{") ? Number(new URL((JSON.parse(line) as { receiverUrl: string }).receiverUrl).port) : undefined;

type Measured = LoadReport & { cpuMicroseconds: number };
type Contestant = { name: string; start: () => Promise<ChildServer> };

const folder = mkdtempSync(join(tmpdir(), "pullwright-bench-"));
const wants = (name: string): boolean => values.only === undefined || values.only.split(",").includes(name);
const postgres = wants("postgres") ? await startPostgres() : null;
let runs = 0;

const service =
  (env: () => Record<string, string>): (() => Promise<ChildServer>) =>
  () => {
    runs += 1;
    return startChild(
      [here("../src/cli.ts"), "--data-dir", join(folder, String(runs)), "start", "--json"],
      servicePort,
      {
        PULLWRIGHT_GITHUB_WEBHOOK_SECRET: secret,
        PULLWRIGHT_APP_PORT: "0",
        PULLWRIGHT_RECEIVER_PORT: "0",
        PULLWRIGHT_LOG_LEVEL: "warn",
        ...env(),
      },
    );
  };

const contestants: Contestant[] = [
  { name: "bare", start: () => startChild([here("./peers/bare-server.ts"), secret], jsonPort) },
  { name: "probot", start: () => startChild([here("./peers/probot-server.ts"), secret], jsonPort) },
  { name: "sqlite", start: service(() => ({})) },
  { name: "postgres", start: service(() => ({ PULLWRIGHT_DATABASE_URL: postgres?.url ?? "" })) },
].filter((contestant) => wants(contestant.name));

try {
  const reports = new Map<string, Measured[]>();
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const { name, start } of contestants) {
      const server = await start();
      const cpuBefore = cpuSecondsOf(server);
      const load = await driveLoadApart({
        port: server.port,
        path: "/api/webhooks/github",
        secret,
        connections: 64,
        seconds: Number(values.seconds),
        warmUpSeconds,
        bodyBytes: 20 * 1024,
      });
      // The warm-up's requests are not counted, but its work is: its rate is taken for the same.
      const requests = load.perSecond * (load.seconds + warmUpSeconds);
      const report = { ...load, cpuMicroseconds: ((cpuSecondsOf(server) - cpuBefore) / requests) * 1e6 };
      await server.stop();
      const refused = Object.entries(report.byStatus).filter(([status]) => status !== "202");
      if (refused.length > 0 || report.lost > 0)
        console.log(`  ${name}: not all were 202: ${JSON.stringify(report.byStatus)}, ${report.lost} lost`);
      console.log(
        `  round ${round}  ${name.padEnd(9)} ${Math.round(report.perSecond)} a second, p50 ${report.latencyMs.p50} ms, p99 ${report.latencyMs.p99} ms, ${Math.round(report.cpuMicroseconds)} µs of CPU`,
      );
      reports.set(name, [...(reports.get(name) ?? []), report]);
    }
  }
  print(reports);
} finally {
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
}

function print(reports: Map<string, Measured[]>): void {
  const rate = (name: string): number => median((reports.get(name) ?? []).map((report) => report.perSecond));
  console.log(
    `\n${new Date().toISOString().slice(0, 10)}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}, ${values.rounds} rounds of ${values.seconds} s, medians\n`,
  );
  console.log("| server | requests a second | p50 ms | p99 ms | of bare | of Probot | its CPU a request, µs |");
  console.log("| --- | --: | --: | --: | --: | --: | --: |");
  for (const [name, list] of reports) {
    const p50 = median(list.map((report) => report.latencyMs.p50));
    const p99 = median(list.map((report) => report.latencyMs.p99));
    console.log(
      `| ${name} | ${Math.round(rate(name)).toLocaleString("en")} | ${p50} | ${p99} | ${(rate(name) / rate("bare")).toFixed(2)} | ${(rate(name) / rate("probot")).toFixed(2)} | ${Math.round(median(list.map((report) => report.cpuMicroseconds)))} |`,
    );
  }
}

/** User and system time of the server's own process so far, where the system tells (Linux, in hundredths). PostgreSQL's own processes are not in it. */
function cpuSecondsOf(server: ChildServer): number {
  const path = `/proc/${server.process.pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  const fields = readFileSync(path, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

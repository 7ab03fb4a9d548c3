/**
 * Floods a receiver with bodies of 25 MiB (promise A7) and with thousands of slow sockets (A8), and prints what was promised beside what was measured.
 *
 *   node bench/flood.ts                                          the receiver alone, with a store that only counts
 *   node bench/flood.ts --command 'bin/pullwright --data-dir "DIR/$FLOOD_PART" start --json'     the whole service; secret and ports are in its environment
 *   node bench/flood.ts --only large|unsigned|forged|slow        one part; --json for the rows as JSON
 *
 * The flooded program must print a line of JSON with its `port` or its `receiverUrl`. It is started anew for each part, so that no part pays for the memory of another.
 * Ends with 1 when a promise is not kept. Memory is read from /proc, so it is measured on Linux only.
 */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import type { AcceptOutcome, ArrivedDelivery } from "../src/domain/delivery.ts";
import { createListener } from "../src/receive/listener.ts";
import { createReceiver } from "../src/receive/receiver.ts";
import { driveLoadApart, madeUpPullRequest } from "./load-client.ts";

type Row = { promise: string; goal: string; measured: string; kept: boolean };
type Flooded = { port: number; pid: number; stop: () => Promise<void> };

const secret = "flood-secret-flood-secret";
const path = "/api/webhooks/github";
const mebibyte = 1024 * 1024;
const largeBodies = 60;
const slowSockets = 4_000;

if (!isMainThread) countInThisThread();
else await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      command: { type: "string" },
      only: { type: "string" },
      json: { type: "boolean" },
      serve: { type: "boolean" },
    },
  });
  if (values.serve === true) return serve();
  const parts: Record<string, (flooded: Flooded) => Promise<Row[]>> = {
    large: floodWithLargeBodies,
    unsigned: floodUnsigned,
    forged: floodForged,
    slow: floodSlowly,
  };
  const rows: Row[] = [];
  for (const [name, flood] of Object.entries(parts)) {
    if (values.only !== undefined && values.only !== name) continue;
    const flooded = await startFlooded(name, values.command);
    try {
      await warmUp(flooded);
      rows.push(...(await flood(flooded)));
    } finally {
      await flooded.stop();
    }
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(rows)}\n`);
  else printTable(rows);
  process.exitCode = rows.length > 0 && rows.every(({ kept }) => kept) ? 0 : 1;
}

/** Code is loaded and compiled, and the heap has its working size, before anything is measured. */
async function warmUp({ port }: Flooded): Promise<void> {
  await driveLoadApart({ port, secret, connections: 16, requests: 3_000, seconds: 10 });
}

/** A7: sixty signed bodies of the largest size at once. */
async function floodWithLargeBodies(flooded: Flooded): Promise<Row[]> {
  const memory = watchMemory(flooded.pid);
  const started = performance.now();
  const body = madeUpPullRequest(25 * mebibyte);
  const answers = await sendAtOnce(
    flooded.port,
    body,
    () => `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
  );
  const seconds = (performance.now() - started) / 1000;
  const { before, peak } = memory.stop();
  const accepted = answers.filter((status) => status === 202).length;
  return [
    row(
      `${largeBodies} x 25 MiB at once, signed: accepted`,
      `${largeBodies} of ${largeBodies}`,
      `${accepted} (${statusCounts(answers)})`,
      accepted === largeBodies,
    ),
    row("  time to the last answer", "< 10 s", `${seconds.toFixed(1)} s`, seconds < 10),
    row("  memory (RSS) at most", "<= 400 MB", `${megabytes(peak)}, from ${megabytes(before)}`, peak <= 400e6),
  ];
}

/** A7: the same without a signature must be refused without being read. */
async function floodUnsigned(flooded: Flooded): Promise<Row[]> {
  const memory = watchMemory(flooded.pid);
  const answers = await sendAtOnce(flooded.port, madeUpPullRequest(25 * mebibyte), () => null);
  const { before, peak } = memory.stop();
  const refused = answers.filter((status) => status === 403).length;
  return [
    row(
      `${largeBodies} x 25 MiB at once, unsigned: refused with 403`,
      `${largeBodies} of ${largeBodies}`,
      `${refused} (${statusCounts(answers)})`,
      refused === largeBodies,
    ),
    row("  memory (RSS) grows by", "<= 20 MB", megabytes(peak - before), peak - before <= 20e6),
  ];
}

/** Not in A7, but what an attacker would do: well-formed signatures that are wrong, which only reading can tell. */
async function floodForged(flooded: Flooded): Promise<Row[]> {
  const memory = watchMemory(flooded.pid);
  const answers = await sendAtOnce(flooded.port, madeUpPullRequest(25 * mebibyte), () => `sha256=${"0".repeat(64)}`);
  const { before, peak } = memory.stop();
  const accepted = answers.filter((status) => status >= 200 && status < 300).length;
  return [
    row(
      `${largeBodies} x 25 MiB at once, forged: accepted`,
      "0",
      `${accepted} (${statusCounts(answers)})`,
      accepted === 0,
    ),
    row("  memory (RSS) at most", "<= 400 MB", `${megabytes(peak)}, from ${megabytes(before)}`, peak <= 400e6),
  ];
}

/** A8: half of the sockets send their headers a byte a second, half their body; other senders should not notice. */
async function floodSlowly(flooded: Flooded): Promise<Row[]> {
  const openFiles = openFilesLimit();
  const count = Math.min(slowSockets, openFiles - 300);
  if (count < slowSockets)
    process.stderr.write(
      `Only ${openFiles} files may be open (ulimit -n): ${count} slow sockets in place of ${slowSockets}. ${slowSockets + 300} are needed, here and for the flooded program.\n`,
    );
  const memory = watchMemory(flooded.pid);
  const stopGood = new AbortController();
  const good = driveLoadApart(
    { port: flooded.port, secret, connections: 16, perSecond: 400, warmUpSeconds: 1, seconds: 60 },
    { signal: stopGood.signal },
  );
  await setTimeout(1_500);
  const started = performance.now();
  const slow = await openSlowSockets(flooded.port, count);
  const closed = await Promise.race([slow.allClosed, setTimeout(30_000, null, { ref: false })]);
  stopGood.abort();
  const report = await good;
  const { before, peak } = memory.stop();
  slow.destroy();
  const statuses = Object.entries(report.byStatus).map(([status, times]) => `${times} x ${status}`);
  return [
    row(
      `${count} slow sockets: good traffic meanwhile, p99`,
      "<= 100 ms",
      `${report.latencyMs.p99} ms (max ${report.latencyMs.max} ms)`,
      report.latencyMs.p99 <= 100,
    ),
    row(
      "  good traffic answered 202",
      "all",
      `${statuses.join(", ")}, ${report.lost} lost`,
      report.lost === 0 && Object.keys(report.byStatus).join() === "202",
    ),
    row(
      "  all slow sockets closed after",
      "<= 20 s",
      closed === null ? "not closed" : `${((closed - started) / 1000).toFixed(1)} s`,
      closed !== null && closed - started <= 20_000,
    ),
    row("  memory (RSS) grows by", "<= 150 MB", megabytes(peak - before), peak - before <= 150e6),
  ];
}

/** Opens a connection for each body, sends them all at once, and gives the statuses; 0 for a connection that ended without an answer. */
function sendAtOnce(port: number, body: Buffer, signature: () => string | null): Promise<number[]> {
  const signed = signature();
  return Promise.all(
    Array.from({ length: largeBodies }, (_, index) =>
      sendOnce(port, requestHead(`flood-${process.pid}-${index}`, body.length, signed), body),
    ),
  );
}

function sendOnce(port: number, head: string, body: Buffer): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let received = "";
    socket.on("connect", () => {
      socket.write(head, "latin1");
      socket.write(body);
    });
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString("latin1");
      // The answer is short and comes whole; who has it hangs up, as a forge does.
      if (received.includes("\r\n\r\n")) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(Number(received.slice(9, 12)) || 0));
  });
}

function requestHead(deliveryId: string, length: number, signature: string | null): string {
  const signatureLine = signature === null ? "" : `X-Hub-Signature-256: ${signature}\r\n`;
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nX-GitHub-Event: pull_request\r\nX-GitHub-Delivery: ${deliveryId}\r\n${signatureLine}\r\n`;
}

/** Opened within about a second: the flood comes from this machine too, and should not take the processor from those who are measured. */
async function openSlowSockets(
  port: number,
  count: number,
): Promise<{ allClosed: Promise<number>; destroy: () => void }> {
  const open = new Set<Socket>();
  let toldClosed = (_at: number): void => undefined;
  const allClosed = new Promise<number>((resolve) => (toldClosed = resolve));
  const dripping = setInterval(() => {
    for (const socket of open) if (socket.writable) socket.write("x");
  }, 1_000);

  for (let index = 0; index < count; index += 1) {
    if (index % 100 === 99) await setTimeout(25);
    const socket = connect({ port, host: "127.0.0.1" });
    open.add(socket);
    socket.on("connect", () => {
      socket.write(
        index % 2 === 0
          ? `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: `
          : requestHead(`slow-${index}`, 20_000, `sha256=${"0".repeat(64)}`),
      );
    });
    socket.resume();
    socket.on("error", () => undefined);
    socket.on("close", () => {
      open.delete(socket);
      if (open.size > 0) return;
      clearInterval(dripping);
      toldClosed(performance.now());
    });
  }

  return {
    allClosed,
    destroy() {
      clearInterval(dripping);
      for (const socket of open) socket.destroy();
    },
  };
}

/** Starts what is to be flooded and waits for its port. */
async function startFlooded(part: string, command: string | undefined): Promise<Flooded> {
  const settings = {
    PULLWRIGHT_GITHUB_WEBHOOK_SECRET: secret,
    PULLWRIGHT_APP_PORT: "0",
    PULLWRIGHT_RECEIVER_PORT: "0",
    PULLWRIGHT_LOG_LEVEL: "warn",
    FLOOD_PART: part,
  };
  const environment = { ...process.env, ...settings };
  const child =
    command === undefined
      ? spawn(process.execPath, [fileURLToPath(import.meta.url), "--serve"], {
          stdio: ["ignore", "pipe", "inherit"],
          env: environment,
        })
      : spawn(command, { shell: true, detached: true, stdio: ["ignore", "pipe", "inherit"], env: environment });
  const port = await printedPort(child);
  return { port, pid: child.pid as number, stop: () => stopFlooded(child, command !== undefined) };
}

function printedPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => reject(new Error(`The flooded program ended with ${code} before it printed its port`)));
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      try {
        const { port, receiverUrl } = JSON.parse(line) as { port?: unknown; receiverUrl?: unknown };
        if (typeof port === "number") resolve(port);
        else if (typeof receiverUrl === "string") resolve(Number(new URL(receiverUrl).port));
      } catch {
        // Not every line need be JSON.
      }
    });
  });
}

/** A command runs in a process group of its own, since a shell may stand between. */
function stopFlooded(child: ChildProcess, isGroup: boolean): Promise<void> {
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    if (isGroup) process.kill(-(child.pid as number), "SIGTERM");
    else child.kill("SIGTERM");
  });
}

/** The memory of a process and all that it started, in bytes: when the watch began, and the most since. Sampled often, and from the kernel's own high-water marks where one process is all there is. */
function watchMemory(pid: number): { stop: () => { before: number; peak: number } } {
  const before = residentBytes(pid);
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 15);
  return {
    stop() {
      clearInterval(sampling);
      return { before, peak: Math.max(peak, residentBytes(pid)) };
    },
  };
}

function residentBytes(pid: number): number {
  let kibibytes = 0;
  for (const each of [pid, ...descendants(pid)]) {
    try {
      kibibytes += Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      // It has ended, or this is not Linux.
    }
  }
  return kibibytes * 1024;
}

function descendants(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ")
        .filter((each) => each !== "")
        .flatMap((each) => [Number(each), ...descendants(Number(each))]),
    );
  } catch {
    return [];
  }
}

function openFilesLimit(): number {
  const { userLimits } = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft: string | number } };
  };
  const soft = userLimits?.open_files?.soft ?? "unlimited";
  return soft === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(soft);
}

function row(promise: string, goal: string, measured: string, kept: boolean): Row {
  return { promise, goal, measured, kept };
}

function statusCounts(statuses: number[]): string {
  return Object.entries(Object.groupBy(statuses, (status) => String(status)))
    .map(([status, all]) => `${all?.length} x ${status === "0" ? "no answer" : status}`)
    .join(", ");
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function printTable(rows: Row[]): void {
  const widths = { promise: 0, goal: 0, measured: 0 };
  for (const each of rows)
    for (const column of ["promise", "goal", "measured"] as const)
      widths[column] = Math.max(widths[column], each[column].length);
  for (const { promise, goal, measured, kept } of rows) {
    process.stdout.write(
      `${promise.padEnd(widths.promise)}  ${goal.padEnd(widths.goal)}  ${measured.padEnd(widths.measured)}  ${kept ? "kept" : "NOT KEPT"}\n`,
    );
  }
}

/** The program that is flooded when none is named: the real receiver and listener, and in place of the store a thread that takes the bodies and counts them. */
async function serve(): Promise<void> {
  const secrets = { hmac: [secret], plainTokens: [], signingTokens: [], circleci: [] };
  const source = { name: "github", provider: "github" as const, secrets: () => secrets };
  const counter = new Worker(new URL(import.meta.url));
  const waiting: ((outcomes: AcceptOutcome[]) => void)[] = [];
  counter.on("message", (outcomes: AcceptOutcome[]) => waiting.shift()?.(outcomes));
  const receive = createReceiver({
    sources: (provider, name) => (provider === "github" && name === undefined ? source : undefined),
    accept: (batch) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        counter.postMessage(
          batch,
          batch.map(({ body }) => body.buffer as ArrayBuffer),
        );
      }),
    clock: () => new Date(),
    health: { ready: async () => ({ ready: true }), githubTokenConfigured: () => false },
    onRefused: () => undefined,
  });
  const listener = createListener({ host: "127.0.0.1", port: 0 }, receive);
  process.stdout.write(`${JSON.stringify(await listener.start())}\n`);
  process.once("SIGTERM", () => {
    void listener.stop().then(() => counter.terminate());
  });
}

function countInThisThread(): void {
  parentPort?.on("message", (batch: ArrivedDelivery[]) => {
    const outcomes: AcceptOutcome[] = batch.map(() => ({ kind: "accepted" }));
    for (const { body } of batch) if (body.buffer.byteLength > mebibyte) (body.buffer as ArrayBuffer).transfer(0);
    parentPort?.postMessage(outcomes);
  });
}

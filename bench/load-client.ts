/**
 * A load client for webhook receivers: raw sockets, kept alive, one request in flight on each, every request ready made but for its delivery id.
 * `driveLoad` runs in this process; `driveLoadApart` in a child, so that the client's work is not the server's. By hand:
 *
 *   node bench/load-client.ts '{"port":8096,"secret":"…","connections":64,"seconds":5}'
 */
import { spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

/** What to send, how much of it, and where. Everything is JSON, because the order crosses to a child process. */
export type LoadOrder = {
  port: number;
  host?: string;
  path?: string;
  /** How many sockets; each has at most one request in flight. 64 unless said. */
  connections?: number;
  /** Stop after so many answers or so many seconds, whichever is first; one of the two must be given. */
  requests?: number;
  seconds?: number;
  /** Answers of the first so many seconds are not counted. */
  warmUpSeconds?: number;
  /** Over all connections. Latency then counts from when a request was due, not from when a socket was free. As fast as it goes unless said. */
  perSecond?: number;
  /** Signs the body as GitHub does. Leave it out and give `headers` for any other sender. */
  secret?: string;
  event?: string;
  /** Added to the request, or in place of what would be sent. */
  headers?: Record<string, string>;
  /** Which header carries the fresh id. `X-GitHub-Delivery` unless said. */
  deliveryIdHeader?: string;
  /** The first 24 characters of every id (hex and dashes); random unless said, so that two runs never share one. */
  idPrefix?: string;
  /** A file that holds the body; else a pull request of `bodyBytes` is made up. */
  bodyFile?: string;
  bodyBytes?: number;
  /** A file to which the id of every 2xx answer is appended, a line each, within 20 ms and at the end. */
  acknowledgedFile?: string;
  /** Open a new socket where one is lost, and go on. True unless said. */
  reconnect?: boolean;
};

export type LoadReport = {
  answers: number;
  byStatus: Record<string, number>;
  /** Requests whose socket was lost before the answer. */
  lost: number;
  /** Sockets opened in all; a server that ends sockets after so many requests makes this grow. */
  sockets: number;
  seconds: number;
  perSecond: number;
  latencyMs: { p50: number; p90: number; p99: number; p999: number; max: number };
};

/** Runs the order in a child process. Killing it early (`signal`) still gives the report of what was done. */
export function driveLoadApart(order: LoadOrder, options: { signal?: AbortSignal } = {}): Promise<LoadReport> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(order)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    options.signal?.addEventListener("abort", () => child.kill("SIGTERM"), { once: true });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(printed) as LoadReport);
      else reject(new Error(`The load client ended with ${code}`));
    });
  });
}

/** Runs the order here and resolves when it is done or when `stop` is aborted. */
export function driveLoad(order: LoadOrder, stop?: AbortSignal): Promise<LoadReport> {
  const request = buildRequest(order);
  const run: Run = {
    order,
    request,
    latencies: createHistogram(),
    byStatus: new Map(),
    answers: 0,
    lost: 0,
    sockets: 0,
    started: 0,
    sequence: 0,
    countFrom: 0,
    acknowledged:
      order.acknowledgedFile === undefined ? null : { file: openSync(order.acknowledgedFile, "a"), lines: [] },
    done: false,
    finish: () => undefined,
  };

  return new Promise((resolve) => {
    const flushing = run.acknowledged === null ? null : setInterval(() => flushAcknowledged(run), 20);
    const open = new Set<Socket>();
    run.finish = () => {
      if (run.done) return;
      run.done = true;
      clearTimeout(timeLimit);
      if (flushing !== null) clearInterval(flushing);
      flushAcknowledged(run);
      if (run.acknowledged !== null) closeSync(run.acknowledged.file);
      for (const socket of open) socket.destroy();
      resolve(reportOf(run));
    };
    stop?.addEventListener("abort", run.finish, { once: true });
    run.started = performance.now();
    run.countFrom = run.started + (order.warmUpSeconds ?? 0) * 1000;
    const timeLimit = setTimeout(
      run.finish,
      order.seconds === undefined ? 2 ** 31 - 1 : ((order.warmUpSeconds ?? 0) + order.seconds) * 1000,
    );
    for (let index = 0; index < (order.connections ?? 64); index += 1) keepSending(run, open);
  });
}

/** The pull request that is sent unless the order names a file: as long as told, and JSON. */
export function madeUpPullRequest(bodyBytes: number): Buffer {
  const start =
    '{"action":"opened","number":7,"pull_request":{"id":1,"number":7,"state":"open","title":"Load","body":"';
  const end = '"},"repository":{"id":42,"name":"web","full_name":"acme/web"},"sender":{"login":"octocat","id":1}}';
  return Buffer.from(start + "x".repeat(Math.max(0, bodyBytes - start.length - end.length)) + end);
}

type Run = {
  order: LoadOrder;
  request: ReadyRequest;
  latencies: Histogram;
  byStatus: Map<number, number>;
  answers: number;
  lost: number;
  sockets: number;
  started: number;
  sequence: number;
  countFrom: number;
  acknowledged: { file: number; lines: string[] } | null;
  done: boolean;
  finish: () => void;
};

/** The bytes of a request, and where in them the last twelve characters of its id stand. */
type ReadyRequest = { bytes: Buffer; counterAt: number; idPrefix: string };

const counterDigits = 12;

function buildRequest(order: LoadOrder): ReadyRequest {
  const body =
    order.bodyFile === undefined ? madeUpPullRequest(order.bodyBytes ?? 20 * 1024) : readFileSync(order.bodyFile);
  const random = randomBytes(12).toString("hex");
  const idPrefix =
    order.idPrefix ?? `${random.slice(0, 8)}-${random.slice(8, 12)}-${random.slice(12, 16)}-${random.slice(16, 20)}-`;
  const headers: Record<string, string> = {
    Host: `${order.host ?? "127.0.0.1"}:${order.port}`,
    "User-Agent": "GitHub-Hookshot/load",
    Accept: "*/*",
    "Content-Type": "application/json",
    "Content-Length": String(body.length),
    [order.deliveryIdHeader ?? "X-GitHub-Delivery"]: idPrefix + "0".repeat(counterDigits),
  };
  if (order.secret !== undefined) {
    headers["X-GitHub-Event"] = order.event ?? "pull_request";
    headers["X-GitHub-Hook-ID"] = "292430182";
    headers["X-GitHub-Hook-Installation-Target-ID"] = "79929171";
    headers["X-GitHub-Hook-Installation-Target-Type"] = "repository";
    headers["X-Hub-Signature-256"] = `sha256=${createHmac("sha256", order.secret).update(body).digest("hex")}`;
  }
  Object.assign(headers, order.headers);
  let head = `POST ${order.path ?? "/api/webhooks/github"} HTTP/1.1\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  const bytes = Buffer.concat([Buffer.from(`${head}\r\n`, "latin1"), body]);
  return { bytes, counterAt: bytes.indexOf(idPrefix + "0".repeat(counterDigits)) + idPrefix.length, idPrefix };
}

/** Opens a socket and sends on it, one request after the answer of the last, until the run is done. */
function keepSending(run: Run, open: Set<Socket>): void {
  // Each socket has its own copy, whose id is written over in place: the answer proves that the kernel has read the last one.
  const bytes = Buffer.from(run.request.bytes);
  const socket = connect({ port: run.order.port, host: run.order.host ?? "127.0.0.1", noDelay: true });
  open.add(socket);
  run.sockets += 1;
  let sentAt = 0;
  let sequence = 0;
  let inFlight = false;
  let closing = false;
  let received = "";

  function send(): void {
    if (run.done) return;
    sequence = run.sequence++;
    const digits = String(sequence).padStart(counterDigits, "0");
    bytes.write(digits, run.request.counterAt, counterDigits, "latin1");
    if (run.order.perSecond === undefined) return transmit(performance.now());
    const dueAt = run.started + (sequence * 1000) / run.order.perSecond;
    const waitMs = dueAt - performance.now();
    if (waitMs <= 0) transmit(dueAt);
    else setTimeout(transmit, waitMs, dueAt);
  }
  function transmit(dueAt: number): void {
    if (run.done || socket.destroyed) return;
    // A timer may come a little early.
    sentAt = Math.min(dueAt, performance.now());
    inFlight = true;
    socket.write(bytes);
  }

  socket.on("connect", send);
  socket.on("data", (chunk: Buffer) => {
    received = received === "" ? chunk.toString("latin1") : received + chunk.toString("latin1");
    const headEnd = received.indexOf("\r\n\r\n");
    if (headEnd === -1) return;
    const lengthAt = received.indexOf("Content-Length: ");
    const bodyLength = lengthAt === -1 ? 0 : Number.parseInt(received.slice(lengthAt + 16, lengthAt + 26), 10);
    if (received.length < headEnd + 4 + bodyLength) return;
    const status = Number(received.slice(9, 12));
    closing = received.includes("Connection: close");
    received = "";
    inFlight = false;
    count(run, status, sequence, sentAt);
    if (closing) socket.end();
    else send();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    open.delete(socket);
    if (run.done) return;
    if (inFlight) run.lost += 1;
    if (!closing && run.order.reconnect === false) {
      if (open.size === 0) run.finish();
    } else if (closing) keepSending(run, open);
    else setTimeout(keepSending, 5, run, open);
  });
}

function count(run: Run, status: number, sequence: number, sentAt: number): void {
  const now = performance.now();
  if (run.acknowledged !== null && status >= 200 && status < 300) {
    run.acknowledged.lines.push(run.request.idPrefix + String(sequence).padStart(counterDigits, "0"));
  }
  if (now < run.countFrom) return;
  run.answers += 1;
  run.byStatus.set(status, (run.byStatus.get(status) ?? 0) + 1);
  run.latencies.add(now - sentAt);
  if (run.answers === run.order.requests) run.finish();
}

function flushAcknowledged(run: Run): void {
  if (run.acknowledged === null || run.acknowledged.lines.length === 0) return;
  writeSync(run.acknowledged.file, `${run.acknowledged.lines.join("\n")}\n`);
  run.acknowledged.lines = [];
}

function reportOf(run: Run): LoadReport {
  const seconds = Math.max(0.001, (performance.now() - run.countFrom) / 1000);
  return {
    answers: run.answers,
    byStatus: Object.fromEntries(run.byStatus),
    lost: run.lost,
    sockets: run.sockets,
    seconds,
    perSecond: Math.round(run.answers / seconds),
    latencyMs: {
      p50: run.latencies.at(0.5),
      p90: run.latencies.at(0.9),
      p99: run.latencies.at(0.99),
      p999: run.latencies.at(0.999),
      max: run.latencies.at(1),
    },
  };
}

type Histogram = { add: (milliseconds: number) => void; at: (share: number) => number };

/** Counts in buckets of 10 µs up to 1 s, and of 10 ms above that; the greatest value is kept exactly. */
function createHistogram(): Histogram {
  const fine = new Float64Array(100_000);
  const coarse = new Float64Array(12_000);
  let total = 0;
  let greatest = 0;
  return {
    add(milliseconds) {
      total += 1;
      if (milliseconds > greatest) greatest = milliseconds;
      const index = Math.floor(milliseconds * 100);
      if (index < fine.length) fine[index] = (fine[index] ?? 0) + 1;
      else {
        const coarseIndex = Math.min(coarse.length - 1, Math.floor(milliseconds / 10));
        coarse[coarseIndex] = (coarse[coarseIndex] ?? 0) + 1;
      }
    },
    at(share) {
      if (share >= 1 || total === 0) return round(greatest);
      let left = total * share;
      for (let index = 0; index < fine.length; index += 1)
        if ((left -= fine[index] ?? 0) <= 0) return round((index + 1) / 100);
      for (let index = 0; index < coarse.length; index += 1)
        if ((left -= coarse[index] ?? 0) <= 0) return (index + 1) * 10;
      return round(greatest);
    },
  };
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

if (import.meta.main) {
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  process.once("SIGINT", () => stop.abort());
  const report = await driveLoad(JSON.parse(process.argv[2] ?? "{}") as LoadOrder, stop.signal);
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

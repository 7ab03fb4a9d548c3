import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import type { ServerFolder } from "./postgres-folder.ts";

export type Postmaster = {
  pid: number;
  /** Fast shutdown: sessions are ended, the data is left clean. Returns when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL for the postmaster and its children. Returns when all of them are gone. */
  kill9(): Promise<void>;
  /** The same without waiting. */
  killNow(): void;
};

const startMsMax = 60_000;
const stopMsMax = 20_000;
const pollMs = 10;

/** Nothing of ours leaks into the server: PGDATA, PGPORT and the like would change what it does. */
const cleanEnvironment = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };

/** Makes a new cluster, unless the data directory has one already. */
export async function initialise(options: {
  folder: ServerFolder;
  binaries: PostgresBinaries;
  password: string;
}): Promise<void> {
  const { folder, binaries } = options;
  if (existsSync(join(folder.data, "PG_VERSION"))) throw new Error(`${folder.data} has a PostgreSQL cluster already`);

  const passwordFile = join(folder.path, "password");
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (folder.account !== undefined) chownSync(passwordFile, folder.account.uid, folder.account.gid);

  const how = [
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C",
  ];
  const log = join(folder.path, "initdb.log");
  const child = start(
    join(binaries.directory, "initdb"),
    ["--no-sync", ...how, `--pgdata=${folder.data}`],
    folder,
    log,
  );
  const [code] = await once(child, "close");
  rmSync(passwordFile);
  if (code !== 0) throw new Error(`initdb ended with ${code}:\n${tailOf(log)}`);
}

/** Starts the server on the folder's data and returns when it accepts connections. */
export async function startPostmaster(options: {
  folder: ServerFolder;
  binaries: PostgresBinaries;
  port: number;
  settings: Record<string, string | number>;
}): Promise<Postmaster> {
  const { folder, binaries } = options;
  const settings = {
    listen_addresses: "127.0.0.1",
    port: options.port,
    unix_socket_directories: "",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const log = join(folder.path, "server.log");
  const child = start(join(binaries.directory, "postgres"), ["-D", folder.data, ...flags], folder, log, {
    dieWithUs: true,
  });

  await untilReady(child, folder.data, log);
  return postmasterOf(child);
}

function start(
  program: string,
  args: string[],
  folder: ServerFolder,
  logPath: string,
  options: { dieWithUs?: boolean } = {},
): ChildProcess {
  const log = openSync(logPath, "a");
  const isTied = options.dieWithUs === true && hasSetpriv();
  const [path, ...rest] = isTied ? ["setpriv", "--pdeathsig", "QUIT", program, ...args] : [program, ...args];
  const child = spawn(path, rest, {
    cwd: folder.data,
    env: cleanEnvironment,
    stdio: ["ignore", log, log],
    ...(folder.account === undefined ? {} : folder.account),
  });
  closeSync(log);
  return child;
}

/** util-linux's setpriv asks the kernel to end the server when we die, however we die. */
function hasSetpriv(): boolean {
  return process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "QUIT", "true"]).status === 0;
}

/** The server writes its state into the eighth line of postmaster.pid; pg_ctl waits for the same. */
async function untilReady(child: ChildProcess, data: string, log: string): Promise<void> {
  let failure: string | undefined;
  child.once("error", (error) => (failure = error.message));
  child.once("exit", (code, signal) => (failure = `it ended with ${code ?? signal}`));
  const deadline = performance.now() + startMsMax;
  while (!isReady(data, child.pid)) {
    if (performance.now() > deadline) {
      child.kill("SIGKILL");
      failure = `it was not ready after ${startMsMax / 1000} s`;
    }
    if (failure !== undefined) throw new Error(`PostgreSQL did not start: ${failure}.\n${tailOf(log)}`);
    await wait(pollMs);
  }
}

function isReady(data: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

function postmasterOf(child: ChildProcess): Postmaster {
  const pid = child.pid ?? 0;
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const gone = isGone() ? Promise.resolve() : once(child, "exit");

  const killNow = (): number[] => {
    if (isGone()) return [];
    // Stopped first, so that no child is born between listing them and killing them.
    child.kill("SIGSTOP");
    const children = childrenOf(pid);
    for (const victim of [pid, ...children]) sendKill(victim);
    return children;
  };

  return {
    pid,
    killNow,
    async stop() {
      if (isGone()) return;
      child.kill("SIGINT");
      const timer = setTimeout(killNow, stopMsMax);
      await gone;
      clearTimeout(timer);
    },
    async kill9() {
      const children = killNow();
      await gone;
      while (children.some(isRunning)) await wait(pollMs);
    },
  };
}

function childrenOf(parent: number): number[] {
  if (process.platform !== "linux") {
    return spawnSync("pgrep", ["-P", String(parent)], { encoding: "utf8" })
      .stdout.split("\n")
      .filter(Boolean)
      .map(Number);
  }
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => statOf(pid)?.parent === parent);
}

function isRunning(pid: number): boolean {
  if (process.platform === "linux") return !["Z", "X", undefined].includes(statOf(pid)?.state);
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A program's name may hold spaces and brackets; what we want stands after the last bracket. */
function statOf(pid: number): { state: string | undefined; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function sendKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was faster.
  }
}

function tailOf(path: string): string {
  return readFileSync(path, "utf8").split("\n").slice(-20).join("\n");
}

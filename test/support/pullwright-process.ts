import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

/** What Node compiled once it need not compile again: half of what a command costs is that. The folder may be removed at any time. */
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/pullwright-compiled", import.meta.url));

export type ProcessPlace = {
  /** Where it runs; a `pullwright.yaml` there is read. */
  directory: string;
  /** The whole environment besides PATH: nothing of the test's own leaks in. */
  environment?: Record<string, string>;
  /** For Node itself, before the program: `--import` and the like. */
  nodeArguments?: string[];
  /** Runs instead of Node, which comes behind it: `strace` with its options. */
  wrapper?: string[];
};

export type Ended = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

export type PullwrightProcess = {
  pid: number;
  /** The first line on standard output. Rejects with what was said on standard error when the process ends without one. */
  firstLine: Promise<string>;
  ended: Promise<Ended>;
  stdout: () => string;
  stderr: () => string;
  /** Signals the process and all that it started. */
  kill: (signal: NodeJS.Signals) => void;
  child: ChildProcess;
};

/** Starts the real command line, `src/cli.ts` on this Node, in a process group of its own. It ends with the test process at the latest. */
export function startPullwright(args: string[], place: ProcessPlace): PullwrightProcess {
  const { nodeArguments = [], wrapper = [] } = place;
  const [program = process.execPath, ...rest] = [
    ...dyingWithUs,
    ...wrapper,
    process.execPath,
    ...nodeArguments,
    cli,
    ...args,
  ];
  const child = spawn(program, rest, {
    cwd: place.directory,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: join(place.directory, "home"),
      TZ: "UTC",
      NO_COLOR: "1",
      NODE_COMPILE_CACHE: compileCache,
      ...place.environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It was faster.
    }
  };
  const killAtExit = (): void => kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = once(child, "close").then(([code, signal]: unknown[]) => {
    process.off("exit", killAtExit);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", () => {
      const end = stdout.indexOf("\n");
      if (end !== -1) resolve(stdout.slice(0, end));
    });
    ended.then(
      ({ code, signal }) => reject(new Error(`It ended with ${code ?? signal} before it was ready:\n${stderr}`)),
      reject,
    );
  });
  firstLine.catch(() => {});
  return { pid: child.pid ?? 0, firstLine, ended, stdout: () => stdout, stderr: () => stderr, kill, child };
}

/** Runs a command to its end. */
export function runPullwright(args: string[], place: ProcessPlace): Promise<Ended> {
  return startPullwright(args, place).ended;
}

/** util-linux's setpriv asks the kernel to end the process when we die, however we die; a runner that is killed runs no handler. */
const dyingWithUs =
  process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0
    ? ["setpriv", "--pdeathsig", "KILL"]
    : [];

import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { runChild, type ChildResult } from "../child/run-child.ts";
import type { SteadyClock } from "../domain/clock.ts";
import { createControlGroup, type ControlGroup } from "./control-group.ts";
import { commandLineOf, type Confinement } from "./command-line.ts";
import { removeTree } from "../child/remove-tree.ts";
import { processesBelow, stillRuns, type TreeProcess } from "./process-tree.ts";
import type { SandboxedRun, SandboxEnding } from "./sandbox.ts";
import { createStartSign } from "./start-sign.ts";
import { watchLimits } from "./watch-limits.ts";
import { bytesBelow } from "./written-bytes.ts";

export type { Confinement } from "./command-line.ts";

export type RunConfinedDeps = { steadyClock: SteadyClock; temporaryDir: string };

/**
 * Runs a program behind walls, or in nothing but a process group where the confinement is none, and answers when nothing of it runs any more. Its first process
 * is that of its own process namespace, and the kernel ends all others with it, whatever they did to get away.
 */
export async function runConfined(
  run: SandboxedRun,
  confinement: Confinement,
  deps: RunConfinedDeps,
): Promise<SandboxEnding> {
  if (run.signal.aborted) return { kind: "aborted" };
  const folder = await mkdtemp(join(deps.temporaryDir, "sandbox-"));
  const group = await createControlGroup(run.limits);
  try {
    await mkdir(join(folder, "root"));
    await handOver(run, confinement, folder);
    return await runIn(run, confinement, { folder, group, deps });
  } finally {
    await group?.remove();
    await removeTree(folder);
  }
}

type Surroundings = { folder: string; group: ControlGroup | null; deps: RunConfinedDeps };

async function runIn(
  run: SandboxedRun,
  confinement: Confinement,
  { folder, group, deps }: Surroundings,
): Promise<SandboxEnding> {
  const sign = `started-${randomBytes(16).toString("hex")}`;
  const { file, args } = await commandLineOf(run, confinement, { folder, group, sign });
  const bytesAtStart = await bytesBelow(pathsOf(run), Number.MAX_SAFE_INTEGER);
  const startSign = createStartSign(sign, (bytes) => say("stderr", bytes));

  let early: SandboxEnding | null = null;
  let launcherId: number | null = null;
  let doomed: TreeProcess[] = [];
  const kill = new AbortController();
  /** What runs is looked up first, so that afterwards it can be seen to be gone. */
  const end = (ending: SandboxEnding): void => {
    if (early !== null) return;
    early = ending;
    void (launcherId === null ? Promise.resolve([]) : processesBelow(launcherId)).then((processes) => {
      doomed = processes;
      kill.abort();
    });
  };
  let outputBytes = 0;
  function say(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    const left = run.limits.outputBytesMax - outputBytes;
    outputBytes += bytes.length;
    if (left > 0) run.onOutput(stream, bytes.length > left ? bytes.subarray(0, left) : bytes);
    if (outputBytes > run.limits.outputBytesMax) end({ kind: "over-limit", limit: "outputBytesMax" });
  }

  const onAbort = (): void => end({ kind: "aborted" });
  run.signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => end({ kind: "timed-out" }), run.limits.timeoutMs);
  let watch: ReturnType<typeof watchLimits> | null = null;
  let ended: ChildResult;
  try {
    if (run.signal.aborted) return { kind: "aborted" };
    ended = await runChild({
      file,
      args,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      cwd: folder,
      stdin: run.stdin,
      stdout: { keep: "none", onBytes: (bytes) => say("stdout", bytes) },
      stderr: { keep: "none", onBytes: startSign.take },
      timeoutMs: run.limits.timeoutMs + 60_000,
      graceMs: 0,
      signal: kill.signal,
      onStart: (processGroupId) => {
        launcherId = processGroupId;
        const watched = { launcherId, writable: pathsOf(run), bytesAtStart, limits: run.limits, group };
        watch = watchLimits(watched, {
          steadyClock: deps.steadyClock,
          onOver: (limit) => end({ kind: "over-limit", limit }),
        });
      },
    });
  } finally {
    clearTimeout(timer);
    run.signal.removeEventListener("abort", onAbort);
    await (watch as ReturnType<typeof watchLimits> | null)?.stop();
    await untilGone([...doomed, ...((watch as ReturnType<typeof watchLimits> | null)?.lastSeen() ?? [])]);
  }
  return early ?? endingOf(ended, startSign.before());
}

/** What a program wrote after `before` is null; else the words in which its walls failed to come up. */
function endingOf(ended: ChildResult, before: string | null): SandboxEnding {
  if (ended.kind === "could-not-start") return ended;
  if (before !== null)
    return {
      kind: "could-not-start",
      cause: new Error(before.trim().slice(0, 500) || "The sandbox could not be set up"),
    };
  if (ended.kind !== "exited") return { kind: ended.kind === "timed-out" ? "timed-out" : "aborted" };
  if (ended.code === exceededFileSize) return { kind: "over-limit", limit: "fileBytesMax" };
  if (ended.code === exceededCpuTime) return { kind: "over-limit", limit: "cpuMsMax" };
  return { kind: "exited", code: ended.code };
}

/** 128 and the signal by which the kernel ends a process that is over this limit. */
const exceededFileSize = 128 + 25;
const exceededCpuTime = 128 + 24;

/**
 * A real root's sandbox runs as somebody else, to whom the files must belong that it may change and those that were made for it. Links are not followed.
 */
async function handOver(run: SandboxedRun, confinement: Confinement, folder: string): Promise<void> {
  if (confinement.kind === "none" || !confinement.asRoot) return;
  const paths = [
    ...pathsOf(run),
    ...run.readOnly.filter((mount) => mount.madeForIt === true).map(({ outside }) => outside),
  ];
  if (run.model !== null) paths.push(run.model.socketPath);
  if (paths.length === 0) return;
  const ended = await runChild({
    file: "/bin/chown",
    args: ["-R", "-h", "-P", "65534:65534", "--", ...paths],
    env: {},
    cwd: folder,
    stdout: { keep: "head-and-tail", bytesMax: 4096 },
    timeoutMs: 60_000,
    signal: run.signal,
  });
  if (ended.kind !== "exited" || ended.code !== 0)
    throw new Error(`The files could not be handed to the sandbox's user. ${ended.stderr.slice(0, 300)}`);
}

function pathsOf({ writable }: SandboxedRun): string[] {
  return writable.map(({ outside }) => outside);
}

/** The kernel has been told to end them all; this sees that it has. Gives up after ten seconds, when something waits for a disk. */
async function untilGone(processes: TreeProcess[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 10) {
    const running = await Promise.all(processes.map(stillRuns));
    if (!running.includes(true)) return;
    await pause(10);
  }
}

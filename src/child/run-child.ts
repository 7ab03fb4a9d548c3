import { spawn, type ChildProcess } from "node:child_process";
import { constants, setPriority } from "node:os";
import { access, constants as fileConstants } from "node:fs/promises";
import { once } from "node:events";
import { keepOutput, type KeptOutput, type OutputWanted } from "./kept-output.ts";
import { endProcessGroup, killProcessGroup } from "./process-group.ts";
import { withLimits, type ChildLimits } from "./child-limits.ts";

/** A program to run: exactly this, and nothing of our own surroundings. */
export type Child = {
  /** An absolute path; no shell and no PATH is asked. */
  file: string;
  args: string[];
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  cwd: string;
  /** Written to its standard input, which is then closed. Without it the input is empty. */
  stdin?: Uint8Array | AsyncIterable<Uint8Array>;
  stdout: OutputWanted;
  /** The first and last 32 KiB unless told otherwise. */
  stderr?: OutputWanted;
  timeoutMs: number;
  /** Between the polite signal and the one that cannot be refused; 5,000 unless told. */
  graceMs?: number;
  signal?: AbortSignal | undefined;
  limits?: ChildLimits | undefined;
  /** How far it steps back behind others that want the processor: 0 not at all, 19 the furthest. */
  niceness?: number;
  /** Called once it runs, with the id of its process group. */
  onStart?: (processGroupId: number) => void;
};

/** How it ended, and what it said until then. */
export type ChildResult = ChildEnding & {
  stdout: Buffer;
  stderr: string;
  /** How much it wrote altogether, kept or not. */
  stdoutBytes: number;
  stderrBytes: number;
};

/** `exited` has the exit code, or 128 and the number of the signal that ended it, as a shell would say. */
type ChildEnding =
  | { kind: "exited"; code: number }
  | { kind: "timed-out" }
  | { kind: "aborted" }
  | { kind: "too-much-output" }
  | { kind: "could-not-start"; cause: unknown };

/**
 * Runs a program in a process group of its own and waits until it and all that it started in that group are gone. When its time is up, when the signal
 * is aborted or when it says more than it may, the group is asked to end and, after the grace, killed. Never throws for what the program does; throws
 * what `stdin`, an output's `onBytes` or an output's file throw, after the group is gone.
 */
export async function runChild(child: Child): Promise<ChildResult> {
  if (child.signal?.aborted === true) return endedBeforeStart({ kind: "aborted" });
  const cause = await whyNotExecutable(child.file);
  if (cause !== null) return endedBeforeStart({ kind: "could-not-start", cause });

  const { file, args } = await withLimits(child.file, child.args, child.limits);
  const running = spawn(file, args, {
    shell: false,
    detached: true,
    env: child.env,
    cwd: child.cwd,
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  const processGroupId = await started(running);
  if (typeof processGroupId !== "number") return endedBeforeStart({ kind: "could-not-start", ...processGroupId });
  if (child.niceness !== undefined) stepBack(processGroupId, child.niceness);
  child.onStart?.(processGroupId);
  return watch(running, processGroupId, child);
}

async function watch(running: ChildProcess, processGroupId: number, child: Child): Promise<ChildResult> {
  let early: ChildEnding | null = null;
  let failure: { cause: unknown } | null = null;
  const end = (ending: ChildEnding) => {
    if (early !== null) return;
    early = ending;
    endProcessGroup(processGroupId, child.graceMs ?? 5000, hasExited);
  };
  const fail = (cause: unknown) => {
    failure ??= { cause };
    end({ kind: "aborted" });
  };
  const exited = exitOf(running);
  const hasExited = exited.then(() => undefined);

  const timer = setTimeout(() => end({ kind: "timed-out" }), child.timeoutMs);
  const onAbort = () => end({ kind: "aborted" });
  child.signal?.addEventListener("abort", onAbort, { once: true });
  if (child.signal?.aborted === true) onAbort();

  const tooMuch = () => end({ kind: "too-much-output" });
  const stdout = keepOutput(running.stdout, child.stdout, { tooMuch, fail });
  const stderr = keepOutput(running.stderr, child.stderr ?? { keep: "head-and-tail", bytesMax: 65_536 }, {
    tooMuch,
    fail,
  });
  void feed(running, child.stdin, fail);

  const code = await exited;
  clearTimeout(timer);
  child.signal?.removeEventListener("abort", onAbort);
  await killProcessGroup(processGroupId);
  const [out, err] = await Promise.all([lastOf(stdout), lastOf(stderr)]);
  if (failure !== null) throw (failure as { cause: unknown }).cause;
  return {
    ...(early ?? { kind: "exited", code }),
    stdout: out.bytes,
    stderr: err.bytes.toString("utf8"),
    stdoutBytes: out.bytesSeen,
    stderrBytes: err.bytesSeen,
  };
}

/** Resolves with the process group's id, which is the process's own, or with why there is none. */
function started(running: ChildProcess): Promise<number | { cause: unknown }> {
  return new Promise((resolve) => {
    running.once("error", (cause) => resolve({ cause }));
    running.once("spawn", () => resolve(running.pid ?? { cause: new Error("The process has no id") }));
  });
}

/** A courtesy: a program that has ended already needs none. */
function stepBack(processId: number, niceness: number): void {
  try {
    setPriority(processId, niceness);
  } catch {
    return;
  }
}

function exitOf(running: ChildProcess): Promise<number> {
  return once(running, "exit").then(([code, signal]: (number | NodeJS.Signals | null)[]) =>
    typeof code === "number" ? code : 128 + (constants.signals[signal as NodeJS.Signals] ?? 0),
  );
}

/** A program may close its input, or end, before it has read all of it: that is its own affair. */
async function feed(running: ChildProcess, stdin: Child["stdin"], fail: (cause: unknown) => void): Promise<void> {
  const input = running.stdin;
  if (input === null) return;
  const closed = new Promise<void>((resolve) => {
    input.once("error", () => resolve());
    input.once("close", resolve);
  });
  if (stdin === undefined || stdin instanceof Uint8Array) {
    input.end(stdin ?? new Uint8Array());
    return;
  }
  try {
    for await (const bytes of stdin) {
      if (!input.writable) break;
      if (!input.write(bytes)) await Promise.race([once(input, "drain"), closed]);
    }
    input.end();
  } catch (cause) {
    if (input.writable) fail(cause);
  }
}

/**
 * What escaped from the group may hold the pipe open for ever, so what is still in it is read for a second at the most.
 */
async function lastOf(output: KeptOutput): Promise<{ bytes: Buffer; bytesSeen: number }> {
  const timer = setTimeout(output.stop, 1000);
  try {
    return await output.finished;
  } finally {
    clearTimeout(timer);
  }
}

async function whyNotExecutable(file: string): Promise<unknown> {
  try {
    await access(file, fileConstants.X_OK);
    return null;
  } catch (cause) {
    return cause;
  }
}

function endedBeforeStart(ending: ChildEnding): ChildResult {
  return { ...ending, stdout: Buffer.alloc(0), stderr: "", stdoutBytes: 0, stderrBytes: 0 };
}

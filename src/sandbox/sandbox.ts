import type { ErrorCode } from "../domain/error.ts";

/** How programs are shut in here. `none` only where the operator has accepted the risk. */
export type SandboxKind = "bubblewrap" | "unshare" | "none";

/** A program to run where it can do no harm: it sees what is listed here, and nothing else of the machine. */
export type SandboxedRun = {
  /** Absolute inside the sandbox: below `/usr`, or below a place that `readOnly` shows. */
  file: string;
  args: string[];
  /** The whole environment. It must hold no secret: everything in the sandbox can read it. */
  env: Record<string, string>;
  /** Where it starts, inside. */
  cwd: string;
  stdin: Uint8Array;
  /** Shown and not to be changed: path outside to path inside. */
  readOnly: Mount[];
  /** Shown and changeable; what is written there stays after the run. */
  writable: Mount[];
  /**
   * A socket outside that answers as the model's API, for a run that needs one. Inside, a forwarder listens on 127.0.0.1 at the port; nothing else is reachable.
   */
  model: { socketPath: string; port: number } | null;
  limits: SandboxLimits;
  signal: AbortSignal;
  /** Every byte that it says on either stream, as it comes; kept by the caller as it likes. */
  onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
};

export type Mount = {
  outside: string;
  inside: string;
  /** A copy that is there for this run: it is given to the user that the sandbox runs as, who could not read it otherwise. What is writable always is. */
  madeForIt?: boolean;
};

export type SandboxLimits = {
  timeoutMs: number;
  /** Of all its processes together. */
  memoryBytesMax: number;
  cpuMsMax: number;
  /** With their threads. */
  processesMax: number;
  fileBytesMax: number;
  openFilesMax: number;
  /** Of both streams together. */
  outputBytesMax: number;
  /** What all that it writes may come to, in `/tmp`, its home and the writable places. */
  writtenBytesMax: number;
};

/** How it ended. By then nothing of it runs any more, whatever it started and however that tried to get away. */
export type SandboxEnding =
  | { kind: "exited"; code: number }
  | { kind: "timed-out" }
  | { kind: "aborted" }
  /** Which of the limits it ran over. */
  | { kind: "over-limit"; limit: Exclude<keyof SandboxLimits, "timeoutMs"> }
  | { kind: "could-not-start"; cause: unknown };

export type SandboxStanding =
  | { kind: "ready"; how: SandboxKind; version: string | null; warnings: string[] }
  | { kind: "unavailable"; code: ErrorCode; because: string };

export type Sandbox = {
  /** Tries it with a real process; asked at the start and by `doctor`. */
  probe: (options?: { signal?: AbortSignal }) => Promise<SandboxStanding>;
  /** @throws {PullwrightError} SANDBOX_UNAVAILABLE, and then nothing was run */
  run: (run: SandboxedRun) => Promise<SandboxEnding>;
};

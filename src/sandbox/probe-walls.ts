import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { runChild } from "../child/run-child.ts";
import type { SteadyClock } from "../domain/clock.ts";
import { removeLeftControlGroups } from "./control-group.ts";
import { runConfined } from "./run-confined.ts";
import type { SandboxedRun, SandboxLimits } from "./sandbox.ts";
import type { Walls } from "./walls.ts";

export type WallsProbed =
  | { kind: "holds"; version: string | null; warnings: string[] }
  | { kind: "fails"; because: string };

export type ProbeDeps = { steadyClock: SteadyClock; temporaryDir: string; signal?: AbortSignal | undefined };

/** Shuts a small program in and has it try what it must not be able to do; walls that hold less than all of it do not count. */
export async function probeWalls(walls: Walls, deps: ProbeDeps): Promise<WallsProbed> {
  await removeLeftControlGroups();
  const folder = await mkdtemp(join(deps.temporaryDir, "probe-"));
  try {
    const canary = join(folder, "canary");
    await writeFile(canary, randomBytes(16).toString("hex"), { mode: 0o644 });
    const said: Buffer[] = [];
    const ending = await runConfined(probeRun(canary, said, deps.signal), { ...walls, how: "walls" }, deps);
    if (ending.kind !== "exited")
      return { kind: "fails", because: ending.kind === "could-not-start" ? messageOf(ending.cause) : ending.kind };
    const leaks = leaksIn(Buffer.concat(said).toString("utf8"));
    if (leaks.length > 0) return { kind: "fails", because: leaks.join(", ") };
    return { kind: "holds", version: await versionOf(walls.kind, folder), warnings: [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Says a line for each thing that is as it must be. */
const probeScript = `
[ "$(id -u)" = 65534 ] && echo uid
[ "$(id -G)" = 65534 ] && echo groups
grep -q '^CapEff:[[:space:]]*0*$' /proc/self/status && echo capabilities
grep -q '^CapPrm:[[:space:]]*0*$' /proc/self/status && echo permitted
grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/self/status && echo privileges
count=0; for each in /proc/[0-9]*; do count=$((count + 1)); done
[ "$count" -ge 1 ] && [ "$count" -le 12 ] && echo processes
[ -e "/proc/$3/root" ] && grep -q "$4" "/proc/$3/cmdline" || echo ourselves
[ "$(grep -c : /proc/net/dev)" = 1 ] && grep -q '^ *lo:' /proc/net/dev && echo network
( : >/usr/written ) 2>/dev/null || echo usr
( : >/written ) 2>/dev/null || echo root
( : >/proc/sys/kernel/core_pattern ) 2>/dev/null || echo sysctl
[ -e "$1" ] || echo canary
case $2 in / | /tmp | /home/agent | /usr/*) echo home ;; *) [ -e "$2" ] || echo home ;; esac
( : >/tmp/written && : >/home/agent/written ) && echo scratch
`;

/** What each line that may be missing means. */
const promises: Record<string, string> = {
  uid: "the program's user is not 65534",
  groups: "the program has groups",
  capabilities: "the program has capabilities",
  permitted: "the program may take capabilities",
  privileges: "the program may gain privileges",
  processes: "other processes are visible",
  ourselves: "our own process is visible",
  network: "there is a network besides the loopback interface",
  usr: "/usr can be written",
  root: "the root folder can be written",
  sysctl: "the kernel's settings can be written",
  canary: "files of the machine are visible",
  home: "our home folder is visible",
  scratch: "/tmp and the home folder cannot be written",
};

function leaksIn(said: string): string[] {
  const lines = said.split("\n");
  return Object.entries(promises)
    .filter(([line]) => !lines.includes(line))
    .map(([, leak]) => leak);
}

function probeRun(canary: string, said: Buffer[], signal: AbortSignal | undefined): SandboxedRun {
  return {
    file: "/bin/sh",
    args: ["-c", probeScript, "probe", canary, homedir(), String(process.pid), process.execPath],
    env: { PATH: "/usr/bin:/bin", LANG: "C" },
    cwd: "/",
    stdin: new Uint8Array(),
    readOnly: [],
    writable: [],
    model: null,
    limits: probeLimits,
    signal: signal ?? new AbortController().signal,
    onOutput: (stream, bytes) => {
      if (stream === "stdout") said.push(Buffer.from(bytes));
    },
  };
}

const probeLimits: SandboxLimits = {
  timeoutMs: 20_000,
  memoryBytesMax: 268_435_456,
  cpuMsMax: 20_000,
  processesMax: 64,
  fileBytesMax: 1_048_576,
  openFilesMax: 256,
  outputBytesMax: 65_536,
  writtenBytesMax: 1_048_576,
};

async function versionOf(kind: Walls["kind"], cwd: string): Promise<string | null> {
  const { stdout } = await runChild({
    file: kind === "bubblewrap" ? "/usr/bin/bwrap" : "/usr/bin/unshare",
    args: ["--version"],
    env: {},
    cwd,
    stdout: { keep: "head-and-tail", bytesMax: 4096 },
    timeoutMs: 10_000,
  });
  return /\d+(?:\.\d+)+/.exec(stdout.toString("utf8"))?.[0] ?? null;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

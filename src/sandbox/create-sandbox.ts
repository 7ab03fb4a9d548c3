import { access, constants } from "node:fs/promises";
import type { SteadyClock } from "../domain/clock.ts";
import { PullwrightError } from "../domain/error.ts";
import { probeWalls } from "./probe-walls.ts";
import { runConfined, type Confinement } from "./run-confined.ts";
import type { Sandbox, SandboxStanding } from "./sandbox.ts";
import type { Walls } from "./walls.ts";

export type SandboxOptions = {
  /** As in the setting `agent.sandbox`: without namespaces nothing is run, or everything unguarded. */
  sandbox: "required" | "none-i-accept-the-risk";
  /** An existing folder of ours, in which each run has one of its own as long as it lasts. */
  temporaryDir: string;
  /** Which walls to try, in this order. */
  walls?: readonly Walls["kind"][];
};

export type SandboxDeps = { steadyClock: SteadyClock; warn: (message: string) => void };

type Choice = { confinement: Confinement; standing: Extract<SandboxStanding, { kind: "ready" }> };

/**
 * The sandbox of this machine: bubblewrap where it works, else util-linux's `unshare`, found out by running something in each. Without either a run is refused with
 * SANDBOX_UNAVAILABLE, unless the options accept the risk; what works is never thrown away for that, and never silently weaker. What the choice is, is
 * remembered; that there is none is tried again each time.
 */
export function createSandbox(options: SandboxOptions, deps: SandboxDeps): Sandbox {
  let choice: Choice | null = null;

  const probe: Sandbox["probe"] = async ({ signal } = {}) => {
    const tried = await choose(options, deps, signal);
    choice = "confinement" in tried ? tried : null;
    return "confinement" in tried ? tried.standing : tried;
  };
  return {
    probe,
    run: async (run) => {
      if (choice === null) {
        const standing = await probe({ signal: run.signal });
        if (run.signal.aborted) return { kind: "aborted" };
        if (standing.kind === "unavailable") throw new PullwrightError(standing.code, standing.because);
      }
      const { confinement } = choice as unknown as Choice;
      if (confinement.kind === "none")
        deps.warn("An agent runs without a sandbox: it can do whatever we can do on this machine.");
      return runConfined(run, confinement, { ...deps, temporaryDir: options.temporaryDir });
    },
  };
}

async function choose(
  options: SandboxOptions,
  deps: SandboxDeps,
  signal: AbortSignal | undefined,
): Promise<Choice | Extract<SandboxStanding, { kind: "unavailable" }>> {
  const failures: string[] = [];
  for (const kind of process.platform === "linux" ? (options.walls ?? (["bubblewrap", "unshare"] as const)) : []) {
    const walls: Walls = { kind, asRoot: process.getuid?.() === 0 };
    const missing = await missingPrograms(kind);
    if (missing.length > 0) {
      failures.push(`${kind}: ${missing.join(", ")} is not installed`);
      continue;
    }
    const probed = await probeWalls(walls, { ...deps, temporaryDir: options.temporaryDir, signal });
    if (probed.kind === "holds")
      return {
        confinement: { ...walls, how: "walls" },
        standing: { kind: "ready", how: kind, version: probed.version, warnings: probed.warnings },
      };
    failures.push(`${kind}: ${probed.because}`);
  }
  const because =
    failures.length === 0
      ? `There is no sandbox for ${process.platform} here; agents need Linux.`
      : `Agents cannot be shut in here (${failures.join("; ")}).`;
  if (options.sandbox === "required") return { kind: "unavailable", code: "SANDBOX_UNAVAILABLE", because };
  return {
    confinement: { kind: "none" },
    standing: {
      kind: "ready",
      how: "none",
      version: null,
      warnings: [`${because} They run unguarded, because the configuration accepts the risk.`],
    },
  };
}

/** Where programs of the system are, whatever PATH says. */
const systemFolders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

async function missingPrograms(kind: Walls["kind"]): Promise<string[]> {
  const needed = [
    "setpriv",
    "prlimit",
    ...(kind === "bubblewrap" ? ["bwrap"] : ["unshare", "mount", "umount", "pivot_root"]),
  ];
  const there = await Promise.all(needed.map((name) => isThere(name)));
  return needed.filter((_, index) => there[index] === false);
}

async function isThere(name: string): Promise<boolean> {
  const found = await Promise.all(
    systemFolders.map((folder) =>
      access(`${folder}/${name}`, constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

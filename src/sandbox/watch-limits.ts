import type { SteadyClock } from "../domain/clock.ts";
import type { ControlGroup } from "./control-group.ts";
import { diskBytesWritten, ownMemoryBytes, processesBelow, type TreeProcess } from "./process-tree.ts";
import type { SandboxLimits } from "./sandbox.ts";
import { bytesBelow } from "./written-bytes.ts";

export type WatchedLimit = "memoryBytesMax" | "cpuMsMax" | "processesMax" | "writtenBytesMax";

export type LimitsWatch = {
  /** What ran below the launcher when it was last looked at. */
  lastSeen: () => TreeProcess[];
  /** Looks no more, once a look that is under way is done. */
  stop: () => Promise<void>;
};

const lookEveryMs = 200;

/**
 * Looks again and again at what all processes below a launcher use together, and says once which limit they are over. The kernel's own group, where there is
 * one, ends a process sooner than we look, so its count of refusals is asked too.
 */
export function watchLimits(
  watched: {
    launcherId: number;
    writable: string[];
    bytesAtStart: number;
    limits: SandboxLimits;
    group: ControlGroup | null;
  },
  deps: { steadyClock: SteadyClock; onOver: (limit: WatchedLimit) => void },
): LimitsWatch {
  const { limits, group } = watched;
  let seen: TreeProcess[] = [];
  let walkAgainAt = deps.steadyClock() + 1000;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<void> = Promise.resolve();

  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      looking = look().then(next, next);
    }, lookEveryMs);
  };
  next();
  return {
    lastSeen: () => seen,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await group?.read().then((counted) => reportRefusals(counted));
    },
  };

  async function look(): Promise<void> {
    seen = await processesBelow(watched.launcherId);
    const [memory, written, counted] = await Promise.all([
      sumOf(seen, ownMemoryBytes),
      sumOf(seen, diskBytesWritten),
      group?.read(),
    ]);
    if (counted !== undefined) reportRefusals(counted);
    const cpuMs = counted?.cpuMs ?? 10 * seen.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0);
    if (memory > limits.memoryBytesMax) deps.onOver("memoryBytesMax");
    // The kernel counts threads where it counts processes, and so do we.
    if (seen.reduce((sum, { threads }) => sum + threads, 0) > limits.processesMax) deps.onOver("processesMax");
    if (cpuMs > limits.cpuMsMax) deps.onOver("cpuMsMax");
    if (written > limits.writtenBytesMax || (await hasFilled())) deps.onOver("writtenBytesMax");
  }

  function reportRefusals(counted: { memoryRefusals: number; processRefusals: number }): void {
    if (counted.memoryRefusals > 0) deps.onOver("memoryBytesMax");
    if (counted.processRefusals > 0) deps.onOver("processesMax");
  }

  /** A walk through many files takes long, so it is made so seldom that a twentieth of the time goes into it. */
  async function hasFilled(): Promise<boolean> {
    const begin = deps.steadyClock();
    if (watched.writable.length === 0 || begin < walkAgainAt) return false;
    const bytesMax = watched.bytesAtStart + limits.writtenBytesMax;
    const bytes = await bytesBelow(watched.writable, bytesMax);
    const end = deps.steadyClock();
    walkAgainAt = end + Math.max(1000, 20 * (end - begin));
    return bytes > bytesMax;
  }
}

async function sumOf(processes: TreeProcess[], measure: (one: TreeProcess) => Promise<number>): Promise<number> {
  return (await Promise.all(processes.map(measure))).reduce((sum, each) => sum + each, 0);
}

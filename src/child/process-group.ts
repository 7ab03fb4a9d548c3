import { readdir, readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks every process of the group to end, and kills those that have not after `graceMs`, unless `hasEnded` resolves before. Asking a group that is gone
 * does nothing.
 */
export function endProcessGroup(processGroupId: number, graceMs: number, hasEnded: Promise<void>): void {
  signalGroup(processGroupId, "SIGTERM");
  const timer = setTimeout(() => signalGroup(processGroupId, "SIGKILL"), graceMs);
  void hasEnded.then(() => clearTimeout(timer));
}

/**
 * Kills what is left of a group whose leader has ended, and waits until nothing of it runs. Gives up after two seconds: what SIGKILL does not end
 * waits for a disk, and ends when that answers.
 */
export async function killProcessGroup(processGroupId: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 2000; waitedMs += 10) {
    if (!signalGroup(processGroupId, "SIGKILL")) return;
    // A process that nobody has waited for is still of the group, also for as long as a machine without a proper first process leaves it so.
    if (waitedMs >= 50 && !(await someoneRunsIn(processGroupId))) return;
    await pause(10);
  }
}

/** Whether there was anyone to hear it. */
function signalGroup(processGroupId: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-processGroupId, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Where the system shows its processes as files (Linux), the dead that are still listed are told from the living; elsewhere all count as living. */
async function someoneRunsIn(processGroupId: number): Promise<boolean> {
  const processIds = await readdir("/proc").catch(() => null);
  if (processIds === null) return true;
  const lines = await Promise.all(
    processIds
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, "latin1").catch(() => "")),
  );
  return lines.some((line) => {
    // The second field is the program's name in parentheses and may hold anything; after the last one: state, parent, group.
    const [state, , group] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return Number(group) === processGroupId && state !== "Z" && state !== "X";
  });
}

import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";

/**
 * Which process this is, so that another can tell whether it still runs. `world` is where its number means something: a machine since it was started
 * and, in containers, the space in which numbers are given. A number is used again, so the moment of its start belongs to it.
 */
export type ProcessIdentity = { world: string; processId: number; startedAt: string };

export async function ownIdentity(): Promise<ProcessIdentity> {
  const [boot, space] = await Promise.all([
    readFile("/proc/sys/kernel/random/boot_id", "latin1").catch(() => ""),
    readlink("/proc/self/ns/pid").catch(() => ""),
  ]);
  const world = [hostname(), boot.trim(), space].join(" ");
  return { world, processId: process.pid, startedAt: await startOf(process.pid) };
}

/** Whether that process runs; null when it is of another world and cannot be seen from here. */
export async function isRunning(identity: ProcessIdentity, own: ProcessIdentity): Promise<boolean | null> {
  if (identity.world !== own.world) return null;
  try {
    process.kill(identity.processId, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return (await startOf(identity.processId)) === identity.startedAt;
}

/** Linux counts ticks since the machine started, in the twentieth field after the program's name; elsewhere it stays empty. */
async function startOf(processId: number): Promise<string> {
  const line = await readFile(`/proc/${processId}/stat`, "latin1").catch(() => "");
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

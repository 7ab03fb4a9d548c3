import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Who claims commands: a process by its machine, the machine's start, its number and its own start, and a word that nobody else ever had. The same number
 * is given to another process one day; with its start it is not the same.
 */
export function newOwner(): string {
  return [hostname(), bootId(), process.pid, startOf(process.pid) ?? "", randomUUID()].join("/");
}

/**
 * Whether an owner is known to be gone: a process of this machine that no longer runs, or of an earlier start of this machine. Of other machines nothing is
 * known here.
 */
export function isGone(owner: string): boolean {
  const [host, boot, pid = "", start = ""] = owner.split("/");
  if (host !== hostname() || !/^\d+$/.test(pid)) return false;
  if (boot !== bootId()) return true;
  if (!isAlive(Number(pid))) return true;
  const startNow = startOf(Number(pid));
  return start !== "" && startNow !== null && startNow !== start;
}

/** Differs after each start of the machine; empty where the system has no such thing, and then says nothing. */
function bootId(): string {
  return readLine("/proc/sys/kernel/random/boot_id") ?? "";
}

/** When a process began, in ticks since the machine's start; null where the system does not say so. Its name, in parentheses, may hold anything. */
function startOf(pid: number): string | null {
  const line = readLine(`/proc/${pid}/stat`);
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function readLine(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}

import { readdir, readFile } from "node:fs/promises";

/** A process by number and moment of start: a number is used again. */
export type TreeProcess = {
  processId: number;
  /** Ticks since the machine started. */
  startedAt: string;
  /** Own time and that of its ended children, in ticks of 10 ms. */
  cpuTicks: number;
  threads: number;
};

/**
 * What runs below a process, itself left out. Orphans of a process namespace get its first process as parent, so for a launcher of one this is everything in it,
 * however it was started. Empty where the system does not show its processes as files.
 */
export async function processesBelow(launcherId: number): Promise<TreeProcess[]> {
  const names = await readdir("/proc").catch(() => []);
  const read = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map(readStat));
  const children = Map.groupBy(
    read.filter((stat) => stat !== null),
    ({ parentId }) => parentId,
  );
  const found: TreeProcess[] = [];
  const waiting = [launcherId];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { parentId: _parent, ...child } of children.get(next) ?? []) {
      found.push(child);
      waiting.push(child.processId);
    }
  }
  return found;
}

/** Whether it is still there; one that has ended and is only listed does not count. */
export async function stillRuns({ processId, startedAt }: TreeProcess): Promise<boolean> {
  return (await readStat(String(processId)))?.startedAt === startedAt;
}

/** Memory that is its own, and not the pages of programs and libraries that all share. */
export async function ownMemoryBytes({ processId }: TreeProcess): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, "latin1").catch(() => "");
  const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, number]) => Number(number));
  return 1024 * kibibytes.reduce((sum, each) => sum + each, 0);
}

/** What it and its ended children sent to a disk; 0 where we may not know. */
export async function diskBytesWritten({ processId }: TreeProcess): Promise<number> {
  const counters = await readFile(`/proc/${processId}/io`, "latin1").catch(() => "");
  return Number(/^write_bytes: (\d+)$/m.exec(counters)?.[1] ?? 0);
}

async function readStat(processId: string): Promise<(TreeProcess & { parentId: number }) | null> {
  const line = await readFile(`/proc/${processId}/stat`, "latin1").catch(() => null);
  if (line === null) return null;
  // The second field is the program's name in parentheses and may hold anything; after the last one: state, parent, …
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  const cpuTicks = fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
  return {
    processId: Number(processId),
    parentId: Number(fields[1]),
    startedAt: fields[19] ?? "",
    cpuTicks,
    threads: Number(fields[17]),
  };
}

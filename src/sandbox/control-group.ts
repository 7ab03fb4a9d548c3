import { randomUUID } from "node:crypto";
import { access, constants, mkdir, readFile, readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxLimits } from "./sandbox.ts";

/** The kernel's own count and limit of what a group of processes uses, where it lets us have one. */
export type ControlGroup = {
  /** A process that writes its number into each of these belongs to the group, with all that it starts. */
  joinBy: string[];
  read: () => Promise<{
    /** How often the kernel ended something of it for want of memory, and refused it a process. */
    memoryRefusals: number;
    processRefusals: number;
    /** Null where it is not counted. */
    cpuMs: number | null;
  }>;
  /** Removing it twice is safe. It must be empty. */
  remove: () => Promise<void>;
};

const prefix = "pullwright-sandbox-";
const root = "/sys/fs/cgroup";

/** A new group with these limits; null where there is no such thing for us. Then a watch over the processes must do. */
export async function createControlGroup(limits: SandboxLimits): Promise<ControlGroup | null> {
  const places = await ownPlaces();
  const name = `${prefix}${process.pid}-${randomUUID().slice(0, 8)}`;
  const made: { kind: Place["kind"]; path: string }[] = [];
  for (const { kind, path: parent } of places) {
    const path = join(parent, name);
    if (await makeGroup(kind, path, limits)) made.push({ kind, path });
  }
  return made.length === 0 ? null : groupOf(made);
}

/** Groups that a process of ours left when it was killed; those that are in use cannot be removed. */
export async function removeLeftControlGroups(): Promise<void> {
  for (const { path } of await ownPlaces()) {
    const names = await readdir(path).catch(() => []);
    for (const name of names.filter((each) => each.startsWith(prefix))) await rmdir(join(path, name)).catch(() => {});
  }
}

/**
 * `unified`: all in one tree (version 2). The others: a tree for each (version 1), of which memory is left to the watch: who started us counts and bounds us there,
 * and would no longer find what has moved on. Always below our own group: what bounds us bounds the sandbox too.
 */
type Place = { kind: "unified" | "pids" | "cpuacct"; path: string };

async function ownPlaces(): Promise<Place[]> {
  const lines = (await readFile("/proc/self/cgroup", "latin1").catch(() => "")).trim().split("\n");
  const places: Place[] = [];
  for (const line of lines) {
    const [, controllers = "", ...rest] = line.split(":");
    const path = rest.join(":");
    if (controllers === "") places.push(...(await unifiedPlaces(path)));
    for (const kind of ["pids", "cpuacct"] as const) {
      if (!controllers.split(",").includes(kind)) continue;
      const parents = [join(root, controllers, path), join(root, kind, path)];
      const mine = (await Promise.all(parents.map(mayWrite))).indexOf(true);
      if (mine !== -1) places.push({ kind, path: parents[mine] as string });
    }
  }
  return places;
}

/** A group with processes of its own cannot hand out memory to others, so ours stands below it or, mostly, beside it. */
async function unifiedPlaces(path: string): Promise<Place[]> {
  for (const parent of [join(root, path), join(root, path, "..")]) {
    if (!parent.startsWith(root)) continue;
    const handedOut = await readFile(join(parent, "cgroup.subtree_control"), "latin1").catch(() => "");
    const has = (name: string): boolean => handedOut.split(/\s+/).includes(name);
    if (has("memory") && has("pids") && (await mayWrite(parent))) return [{ kind: "unified", path: parent }];
  }
  return [];
}

async function makeGroup(kind: Place["kind"], path: string, limits: SandboxLimits): Promise<boolean> {
  const settings: Record<Place["kind"], [string, string][]> = {
    unified: [
      ["memory.max", String(limits.memoryBytesMax)],
      ["pids.max", String(limits.processesMax)],
    ],
    pids: [["pids.max", String(limits.processesMax)]],
    cpuacct: [],
  };
  try {
    await mkdir(path);
    for (const [file, value] of settings[kind]) await writeFile(join(path, file), value);
    return true;
  } catch {
    await rmdir(path).catch(() => {});
    return false;
  }
}

function groupOf(made: Place[]): ControlGroup {
  const fileOf = async (kind: Place["kind"], file: string): Promise<string> => {
    const place = made.find((each) => each.kind === kind);
    return place === undefined ? "" : readFile(join(place.path, file), "latin1").catch(() => "");
  };
  const count = (text: string, word: string): number =>
    Number(new RegExp(`^${word} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
  return {
    joinBy: made.map(({ path }) => join(path, "cgroup.procs")),
    read: async () => {
      const [events, unifiedPids, pids, stat, usage] = await Promise.all([
        fileOf("unified", "memory.events"),
        fileOf("unified", "pids.events"),
        fileOf("pids", "pids.events"),
        fileOf("unified", "cpu.stat"),
        fileOf("cpuacct", "cpuacct.usage"),
      ]);
      return {
        memoryRefusals: count(events, "oom_kill"),
        processRefusals: count(unifiedPids, "max") + count(pids, "max"),
        cpuMs: stat !== "" ? count(stat, "usage_usec") / 1000 : usage === "" ? null : Number(usage) / 1e6,
      };
    },
    remove: async () => {
      for (const { path } of made) await rmdir(path).catch(() => {});
    },
  };
}

function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

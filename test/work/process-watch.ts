import { readdirSync, readFileSync } from "node:fs";

/** What was seen of a process that this one started, at whatever remove. */
export type SeenProcess = { argv: string; environment: string };

/**
 * Looks at every process below this one, again and again, until it is stopped: what anybody on this machine could see with `ps`, and what their own user
 * could see besides. Short ones may be missed; whoever needs all of them must stand in their way.
 */
export function watchProcesses(): { stop: () => SeenProcess[] } {
  const seen = new Map<string, SeenProcess>();
  const timer = setInterval(() => {
    for (const pid of descendantsOf(process.pid)) {
      const argv = read(`/proc/${pid}/cmdline`);
      const environment = read(`/proc/${pid}/environ`);
      if (argv !== "") seen.set(`${pid} ${argv}`, { argv, environment });
    }
  }, 4);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen.values()];
    },
  };
}

function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && parent > 0 && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

/** Empty where the process is gone, or another's. */
function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

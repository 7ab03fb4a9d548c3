import { hostname } from "node:os";
import { randomUUID } from "node:crypto";
import type { Store } from "../store/store.ts";

/** Who claims deliveries: a process on a machine, by a name that no other process ever had. */
export function newOwner(): string {
  return `${hostname()}/${process.pid}/${randomUUID()}`;
}

/** Frees what a process of this machine claimed that no longer runs: it will not come back for it, and nobody need wait until its lease runs out. */
export async function releaseLeasesOfTheDead({ deliveries }: Pick<Store, "deliveries">): Promise<void> {
  const dead = (await deliveries.leaseOwners()).filter((owner) => {
    const [host, pid] = owner.split("/");
    return host === hostname() && (Number(pid) === process.pid || !isAlive(Number(pid)));
  });
  await deliveries.releaseLeases(dead);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

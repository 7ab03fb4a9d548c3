import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

/** Makes a folder for one job. Its name says which process it belongs to, so that nobody keeps it for one that is dead. */
export async function makeJobFolder(workDir: string): Promise<string> {
  const { world, processId, startedAt } = await ownIdentity();
  return mkdtemp(join(workDir, `git-${nameOf(world)}-${processId}-${startedAt}-`));
}

/** Removes what processes of this machine left behind that were killed. Those of other machines are not known here. */
export async function removeFoldersOfTheDead(workDir: string): Promise<void> {
  const own = await ownIdentity();
  for (const entry of await readdir(workDir)) {
    const owner = ownerOf(entry, own);
    if (owner === null || (await isRunning(owner, own)) !== false) continue;
    await rm(join(workDir, entry), { recursive: true, force: true, maxRetries: 3 });
  }
}

function ownerOf(entry: string, { world }: ProcessIdentity): ProcessIdentity | null {
  const [, name, processId, startedAt] = /^git-([0-9a-f]{12})-(\d+)-(\d*)-/.exec(entry) ?? [];
  return name === nameOf(world) ? { world, processId: Number(processId), startedAt: startedAt ?? "" } : null;
}

function nameOf(world: string): string {
  return createHash("sha256").update(world).digest("hex").slice(0, 12);
}

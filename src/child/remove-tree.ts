import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { runChild } from "./run-child.ts";

/**
 * Removes a folder with all that a program of ours has written into it, also what it has forbidden its owner, who we are, to enter. Links are not followed. Removing it twice is
 * safe.
 */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await runChild({
      file: "/bin/chmod",
      args: ["-R", "u+rwX", "--", path],
      env: {},
      cwd: dirname(path),
      stdout: { keep: "head-and-tail", bytesMax: 4096 },
      timeoutMs: 60_000,
    });
    await rm(path, { recursive: true, force: true });
  }
}

import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";

const markerName = "made-by-pullwright-demo";

/**
 * Makes the demo's folder anew, so that each demo begins with nothing. Removes a folder only when an earlier demo made it, which the marker file in
 * it says; anything else that is there stays, and the demo does not start. Throws CONFIG_INVALID then, and while another demo uses it.
 */
export function makeDemoFolder(path: string): void {
  if (existsSync(path)) {
    if (!lstatSync(path).isDirectory()) throw refusal(path);
    const names = readdirSync(path);
    if (names.length > 0 && !names.includes(markerName)) throw refusal(path);
    refuseWhileUsed(path, names);
    for (const name of names) rmSync(join(path, name), { recursive: true, force: true });
  }
  mkdirSync(path, { recursive: true, mode: 0o700 });
  writeMarker(path, `Process ${process.pid} uses it.`);
}

/** Says that no demo uses the folder any more. It stays, to be looked at. */
export function leaveDemoFolder(path: string): void {
  if (existsSync(path)) writeMarker(path, "No process uses it.");
}

function writeMarker(path: string, use: string): void {
  writeFileSync(
    join(path, markerName),
    `\`pullwright demo\` made this folder and empties it at its next start.\n${use}\n`,
    { mode: 0o600 },
  );
}

function refuseWhileUsed(path: string, names: string[]): void {
  if (!names.includes(markerName)) return;
  const pid = Number(/^Process (\d+) uses it\.$/m.exec(readFileSync(join(path, markerName), "utf8"))?.[1] ?? 0);
  if (pid !== 0 && pid !== process.pid && isAlive(pid))
    throw new PullwrightError(
      "CONFIG_INVALID",
      `Another demo (process ${pid}) uses ${path}. Stop it, or name another folder with --data-dir.`,
    );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function refusal(path: string): PullwrightError {
  return new PullwrightError(
    "CONFIG_INVALID",
    `${path} is there already and no earlier demo made it, so the demo leaves it alone. Name another folder with --data-dir.`,
  );
}

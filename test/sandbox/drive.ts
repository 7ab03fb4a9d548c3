import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import type { DriverAnswer, DriverQuestion } from "./sandbox-driver.ts";

/** Who runs the sandbox: the test's own user, or one that nobody knows, which only root can become. */
export type Who = "ourselves" | "another user";

export const otherUserId = 31_337;

/** Each kind of walls that is installed here, with each user who can be tried. */
export function places(): { walls: "bubblewrap" | "unshare"; who: Who }[] {
  const walls = (["bubblewrap", "unshare"] as const).filter((kind) =>
    existsSync(kind === "bubblewrap" ? "/usr/bin/bwrap" : "/usr/bin/unshare"),
  );
  const who: Who[] = process.getuid?.() === 0 ? ["ourselves", "another user"] : ["ourselves"];
  return walls.flatMap((each) => who.map((one) => ({ walls: each, who: one })));
}

const driver = fileURLToPath(new URL("./sandbox-driver.ts", import.meta.url));

/** Starts the driver; the caller may kill it. */
export function startDriver(question: DriverQuestion, who: Who, env: Record<string, string> = {}) {
  const running = spawn(process.execPath, [driver], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", HOME: tmpdir(), ...env },
    stdio: ["pipe", "pipe", "inherit"],
    ...(who === "ourselves" ? {} : { uid: otherUserId, gid: otherUserId }),
  });
  running.stdin.end(JSON.stringify(question));
  return running;
}

export async function drive(
  question: DriverQuestion,
  who: Who,
  env: Record<string, string> = {},
): Promise<DriverAnswer> {
  const running = startDriver(question, who, env);
  const said: Buffer[] = [];
  running.stdout.on("data", (bytes: Buffer) => said.push(bytes));
  await once(running, "close");
  return JSON.parse(Buffer.concat(said).toString("utf8")) as DriverAnswer;
}

/** A folder of whoever runs the sandbox. */
export async function folderOf(who: Who): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp("/var/tmp/pullwright-sandbox-");
  await chmod(path, 0o700);
  if (who === "another user") await chown(path, otherUserId, otherUserId);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** How many processes that still run have this word in their command line. */
export async function processesWith(word: string): Promise<number> {
  let count = 0;
  for (const id of await readdir("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    const [line, status] = await Promise.all(
      ["cmdline", "stat"].map((name) => readFile(`/proc/${id}/${name}`, "latin1").catch(() => "")),
    );
    if (line?.includes(word) === true && !/\) [ZX] /.test(status ?? "")) count += 1;
  }
  return count;
}

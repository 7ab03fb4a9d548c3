import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A server in a process of its own, which has said where it listens. */
export type ChildServer = { port: number; process: ChildProcess; stop: () => Promise<void> };

/** Starts a program that prints a line holding its port, which `portIn` finds, and waits for that line. */
export async function startChild(
  args: string[],
  portIn: (line: string) => number | undefined,
  env: Record<string, string> = {},
): Promise<ChildServer> {
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "exit");
  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const found = portIn(line);
      if (found !== undefined) resolve(found);
    });
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code} before it listened`)));
  });
  return {
    port,
    process: child,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

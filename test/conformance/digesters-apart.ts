import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { StoreLocation } from "../../src/store/open-store.ts";

type Ended = { code: number | null; digested: number; errors: string };

/** So many processes that begin at the same moment, when the last of them is ready. */
export async function runDigesters(location: StoreLocation, count: number): Promise<Ended[]> {
  const program = fileURLToPath(new URL("./digester-child.ts", import.meta.url));
  const children = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [program, JSON.stringify(location)]);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const lines: string[] = [];
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        resolve();
      });
      child.once("close", () => resolve());
    });
    const ended = new Promise<Ended>((resolve) =>
      child.once("close", (code) => resolve({ code, digested: Number(lines[1]), errors })),
    );
    return { child, ready, ended };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.write("go\n");
  return Promise.all(children.map(({ ended }) => ended));
}

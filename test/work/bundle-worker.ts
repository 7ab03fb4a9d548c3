import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The program of a worker's process, in one file. */
export type WorkerProgram = AsyncDisposable & { path: string };

const source = fileURLToPath(new URL("./work-child.ts", import.meta.url));

/**
 * Puts all that work-child.ts is made of into one file. A process that reads that begins to work after a tenth of a second; one that finds and strips several
 * hundred files needs most of a second of a processor, and a campaign starts thousands. It is the same code: nothing is replaced, left out or made small.
 */
export async function bundleWorker(): Promise<WorkerProgram> {
  const directory = await mkdtemp(join(tmpdir(), "pullwright-worker-"));
  await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    build: {
      ssr: source,
      outDir: directory,
      target: "esnext",
      minify: false,
      rolldownOptions: { output: { entryFileNames: "worker.mjs" } },
    },
    ssr: { noExternal: true },
  });
  return {
    path: join(directory, "worker.mjs"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

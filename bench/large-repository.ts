import { createCipheriv } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { runChild } from "../src/child/run-child.ts";

export type LargeRepository = { directory: string; branch: "main"; sha: string; files: number; bytes: number };

type Size = { files: number; bytes: number };

const filesPerFolder = 100;

/**
 * Makes a bare repository with one commit of many files, 100,000 with 1 GB unless told otherwise, in the time in which git can hash them. The same size
 * gives the same commit everywhere. The content does not get smaller by compression, as pictures and archives do not.
 */
export async function makeLargeRepository(
  directory: string,
  { files, bytes }: Size = { files: 100_000, bytes: 1_000_000_000 },
): Promise<LargeRepository> {
  await mkdir(directory, { recursive: true });
  await git(directory, ["init", "--quiet", "--bare", "--template=", "--initial-branch=main"]);
  for (const [key, value] of [
    ["http.receivepack", "true"],
    ["uploadpack.allowFilter", "true"],
    ["uploadpack.allowAnySHA1InWant", "true"],
    ["gc.auto", "0"],
  ] as const) {
    await git(directory, ["config", key, value]);
  }
  await git(
    directory,
    ["-c", "core.compression=0", "-c", "core.bigFileThreshold=1k", "fast-import", "--quiet", "--depth=0"],
    importStream({ files, bytes }),
  );
  const sha = (await git(directory, ["rev-parse", "refs/heads/main"])).trim();
  return { directory, branch: "main", sha, files, bytes };
}

/** The path of the file with this number: `src/m07/p31/f08103.bin`. */
export function pathInLargeRepository(index: number): string {
  const folder = Math.floor(index / filesPerFolder);
  const two = (number: number) => String(number).padStart(2, "0");
  return `src/m${two(Math.floor(folder / 50))}/p${two(folder % 50)}/f${String(index).padStart(5, "0")}.bin`;
}

/** @see https://git-scm.com/docs/git-fast-import */
async function* importStream({ files, bytes }: Size): AsyncIterable<Uint8Array> {
  const fileBytes = Math.max(1, Math.floor(bytes / files));
  // A cipher over nothing: as good as random, fast, and the same each time.
  const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
  const zeros = Buffer.alloc(fileBytes);
  yield Buffer.from(
    "commit refs/heads/main\ncommitter Somebody <somebody@example.com> 1750000000 +0000\ndata 11\nEverything\n\n",
  );
  for (let index = 0; index < files; index += 1) {
    const content = noise.update(zeros);
    yield Buffer.concat([
      Buffer.from(`M 100644 inline ${pathInLargeRepository(index)}\ndata ${content.length}\n`),
      content,
      Buffer.from("\n"),
    ]);
  }
}

async function git(cwd: string, args: string[], stdin?: AsyncIterable<Uint8Array>): Promise<string> {
  const result = await runChild({
    file: "/usr/bin/git",
    args,
    cwd,
    env: { PATH: "/usr/bin:/bin", HOME: cwd, GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
    ...(stdin === undefined ? {} : { stdin }),
    stdout: { keep: "all", bytesMax: 1024 * 1024 },
    timeoutMs: 600_000,
  });
  if (result.kind !== "exited" || result.code !== 0) throw new Error(`git ${args[0]}: ${result.kind} ${result.stderr}`);
  return result.stdout.toString("utf8");
}

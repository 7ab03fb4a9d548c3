import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { ChangeSummary, FileChange } from "../git/git.ts";
import { formatOfId, isObjectId, type ObjectFormat, objectId } from "../git/object-id.ts";
import { readPlainFile } from "../git/plain-file.ts";
import { createWorkFileReader } from "../git/work-file.ts";

/** Work that an agent did in a copy, kept until it becomes a pull request: what it stands on, and each changed file by the id of its bytes. */
export type KeptWork = {
  /** `https://host/owner/repo` or `host/owner/repo`, as whoever asked named it. */
  repository: string;
  baseBranch: string;
  baseSha: string;
  /** When it was done. */
  at: string;
  files: ({ kind: "put"; mode: "100644" | "100755"; id: string; path: Buffer } | { kind: "delete"; path: Buffer })[];
  summary: ChangeSummary[];
  skipped: { path: string; because: string }[];
};

const objectIdText = z.string().refine(isObjectId, "is no id of git's");
const pathText = z.string().transform((text) => Buffer.from(text, "base64"));

const keptWork = z.object({
  repository: z.string(),
  base_branch: z.string(),
  base_sha: objectIdText,
  at: z.iso.datetime(),
  files: z.array(
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("put"), mode: z.enum(["100644", "100755"]), id: objectIdText, path_base64: pathText }),
      z.object({ kind: z.literal("delete"), path_base64: pathText }),
    ]),
  ),
  summary: z.array(
    z.object({
      path: z.string(),
      status: z.enum(["added", "changed", "deleted", "renamed"]),
      from: z.string().exactOptional(),
    }),
  ),
  skipped: z.array(z.object({ path: z.string(), because: z.string() })),
});

const listName = "work.json";
const listBytesMax = 32 * 1024 * 1024;

/** A folder that is being filled; it has its name only when it is whole. */
export type WorkKeeper = AsyncDisposable & {
  /** Keeps the bytes of a file under their id. */
  keep: (file: { id: string }, bytes: Buffer) => Promise<void>;
  /** Names the folder. A folder of that name from an earlier attempt gives way. */
  finish: (work: KeptWork) => Promise<void>;
};

export async function openWorkKeeper(folder: string): Promise<WorkKeeper> {
  const aside = `${folder}.${crypto.randomUUID()}.tmp`;
  await mkdir(aside, { recursive: true, mode: 0o700 });
  return {
    keep: (file, bytes) => writeFile(join(aside, file.id), bytes, { mode: 0o600 }),
    finish: async (work) => {
      const { baseSha, baseBranch, files, ...rest } = work;
      const shown = {
        ...rest,
        base_sha: baseSha,
        base_branch: baseBranch,
        files: files.map(({ path, ...file }) => ({ ...file, path_base64: path.toString("base64") })),
      };
      await writeFile(join(aside, listName), `${JSON.stringify(shown, null, 2)}\n`, { mode: 0o600 });
      await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
    },
    [Symbol.asyncDispose]: () => rm(aside, { recursive: true, force: true }),
  };
}

/**
 * The work that an implementation's result names; null when it names none, because a program did the work in a checkout and says so in a form of its own. The folder
 * lies beside the result: nothing else of the machine is read, whatever the file says.
 *
 * @throws PullwrightError PAYLOAD_INVALID for work that cannot be read
 */
export async function readKeptWork(resultPath: string): Promise<{ work: KeptWork; folder: string } | null> {
  const result = await readJson(resultPath);
  const named = z.object({ work: z.string(), base_sha: objectIdText }).safeParse(result);
  if (!named.success) return null;
  const folder = join(dirname(resultPath), basename(named.data.work));
  const parsed = keptWork.safeParse(await readJson(join(folder, listName)));
  if (!parsed.success)
    throw new PullwrightError(
      "PAYLOAD_INVALID",
      `implementation_result_path: ${join(folder, listName)} has another form.`,
    );
  const { base_sha: baseSha, base_branch: baseBranch, files, ...rest } = parsed.data;
  const kept = files.map(({ path_base64: path, ...file }) => ({ ...file, path }));
  return { work: { ...rest, baseSha, baseBranch, files: kept }, folder };
}

/**
 * The changes as they are committed, one file at a time in memory. What is not what it was when it was kept is refused, at each reading: the folder may lie where
 * somebody else writes, and what was looked at is what is committed.
 *
 * @throws PullwrightError CHECKOUT_UNSAFE, also out of the changes' bytes
 */
export async function changesOfKeptWork(
  { work, folder }: { work: KeptWork; folder: string },
  onBytes: (path: string, bytes: Buffer) => void,
): Promise<FileChange[]> {
  const format = formatOfId(work.baseSha);
  const changes: FileChange[] = [];
  for (const file of work.files) {
    if (file.kind === "delete") {
      changes.push(file);
      continue;
    }
    onBytes(file.path.toString("utf8"), await keptBytes(folder, file.id, format));
    changes.push({ ...file, bytes: () => streamed(() => keptBytes(folder, file.id, format)) });
  }
  return changes;
}

async function keptBytes(folder: string, id: string, format: ObjectFormat): Promise<Buffer> {
  await using reader = createWorkFileReader(folder, fileBytesMax);
  const read = await reader.read(Buffer.from(id));
  if (read.kind === "file" && objectId(format, "blob", read.bytes) === id) return read.bytes;
  throw new PullwrightError("CHECKOUT_UNSAFE", `${join(folder, id)} is not what was kept there.`);
}

async function* streamed(read: () => Promise<Buffer>): AsyncIterable<Buffer> {
  yield await read();
}

const fileBytesMax = 100 * 1024 * 1024;

/** Null for what is not there or no JSON. */
async function readJson(path: string): Promise<unknown> {
  const bytes = await readPlainFile(path, listBytesMax);
  try {
    return JSON.parse((bytes ?? Buffer.from("null")).toString("utf8")) as unknown;
  } catch {
    return null;
  }
}

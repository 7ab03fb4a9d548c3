import { stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { createWorkFileReader } from "../git/work-file.ts";
import { type CommitLog, commitLogBytesMax, readCommitLog } from "./commit-log.ts";

/** Where a log may be: the path that was named, or where implementers put it in these folders, the first that has one. */
export type CommitLogPlaces = { named?: string; folders: string[]; root: string };

export type FoundCommitLog = {
  log: CommitLog;
  path: string;
  /** When the work was done, as far as anybody wrote it down. */
  writtenAt: Date;
};

/**
 * Finds and reads the log of what was done. An agent wrote it and may have made it a link to a file that is none of its business: links are not followed below
 * the checkout's root, or below the folder that an operator named.
 *
 * @throws PullwrightError COMMIT_LOG_MISSING, CHECKOUT_UNSAFE
 */
export async function findCommitLog({ named, folders, root }: CommitLogPlaces): Promise<FoundCommitLog> {
  const paths = named === undefined ? [...new Set(folders.flatMap(usualPlaces))] : [named];
  for (const path of paths) {
    const bytes = await read(path, root);
    if (bytes !== null) return { log: readCommitLog(bytes, path), path, writtenAt: (await stat(path)).mtime };
  }
  throw new PullwrightError(
    "COMMIT_LOG_MISSING",
    `There is no commit log at ${paths.join(", ")}. Write what was done there, or name it as \`commit_log_path\`.`,
  );
}

function usualPlaces(folder: string): string[] {
  return [join(folder, "commit_log.md"), join(folder, "codex_implementation", "commit_log.md")];
}

async function read(path: string, root: string): Promise<Buffer | null> {
  const inside = insideOf(root, path);
  const [trusted, rest] = inside === null ? [dirname(path), basename(path)] : [root, inside];
  await using reader = createWorkFileReader(trusted, commitLogBytesMax);
  const file = await reader.read(Buffer.from(rest));
  if (file.kind === "missing" || file.kind === "folder") return null;
  if (file.kind === "file") return file.bytes;
  throw new PullwrightError(
    "CHECKOUT_UNSAFE",
    `${path} is a ${file.kind === "link" ? "link" : "special file"}; a commit log is a file.`,
  );
}

/** The path from the root, null when it is not below it. */
export function insideOf(root: string, path: string): string | null {
  const inside = relative(root, path);
  return inside === "" || inside === ".." || inside.startsWith("../") || isAbsolute(inside) ? null : inside;
}

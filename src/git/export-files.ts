import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { fetchBlobs } from "./fetch-blobs.ts";
import { shownPath } from "./file-change.ts";
import { type ListedFile, listFiles, listFilesAt } from "./list-files.ts";
import { runWellInMirror, type MirrorSession } from "./mirror-session.ts";
import { isWithheld } from "./withheld-names.ts";

export type ExportRequest = {
  /** A commit that was fetched. */
  commitSha: string;
  /** A folder of ours that is not there yet. */
  into: string;
  /**
   * `all`: every file, or an error. Paths: every file of a small commit; of a large one these and their neighbours, as many as fit.
   */
  files: "all" | string[];
  limits: { filesMax: number; bytesMax: number; fileBytesMax: number };
};

export type ExportedFiles = {
  /** What lies in the folder now. */
  files: ListedFile[];
  /** Files that tell agents what to do: the folder has a list of them, `.pullwright-withheld.txt`, and not their contents. */
  withheld: ListedFile[];
  /** Whether every other file of the commit is there. */
  isWhole: boolean;
};

/** In the folder; says what was withheld. */
export const withheldListName = ".pullwright-withheld.txt";

/**
 * Writes the files of a commit as they are stored, and nothing else: no `.git`, no links (a link is a text file with its target), no submodules, nothing
 * that a filter or a hook made. The contents that are not here are fetched in one request.
 *
 * @throws {PullwrightError} WORK_TOO_LARGE when all were wanted and do not fit, CLONE_FAILED, GIT_FAILED, or what the forge's answer means (FORGE_…)
 */
export async function exportFiles(session: MirrorSession, request: ExportRequest): Promise<ExportedFiles> {
  const { commitSha, into, limits } = request;
  const all = await listFiles(session, commitSha, limits.filesMax);
  if (all === null && request.files === "all") throw tooLarge(null, limits);
  const listed = (all ?? (await near(session, request))).filter(({ mode }) => mode !== "160000");
  const [withheld, others]: [ListedFile[], ListedFile[]] = [[], []];
  for (const file of listed) (isWithheld(file.path.toString("utf8")) ? withheld : others).push(file);
  const chosen = others.slice(0, limits.filesMax);
  const sizes = await fetchBlobs(
    session,
    chosen.map(({ id }) => id),
  );
  const files = withinBytes(chosen, sizes, limits);
  if (request.files === "all" && files.length < others.length) throw tooLarge(others.length, limits);

  await mkdir(into, { mode: 0o700 });
  const indexFile = join(session.surroundings.temporaryDir, `export-${crypto.randomUUID()}`);
  const entries = files.flatMap(({ mode, id, path }) => [Buffer.from(`${mode} ${id}\t`), path, Buffer.from([0])]);
  await runWellInMirror(session, {
    args: ["update-index", "-z", "--index-info"],
    place: { indexFile },
    stdin: Buffer.concat(entries),
  });
  await runWellInMirror(session, {
    args: ["checkout-index", "--all", "--quiet", `--prefix=${into}/`],
    place: { indexFile, workTree: into },
  });
  if (withheld.length > 0) await writeFile(join(into, withheldListName), withheldText(withheld), { flag: "wx" });
  return { files, withheld, isWhole: all !== null && files.length === others.length };
}

/** Of a large commit the named files first, then those in the same folders, and those at the root. */
async function near(session: MirrorSession, { commitSha, files }: ExportRequest): Promise<ListedFile[]> {
  const named = new Set(files);
  const folders = [...new Set(["", ...named].map(folderOf))].map((folder) => (folder === "" ? "" : `${folder}/`));
  const listed = await listFilesAt(session, commitSha, folders);
  const isNamed = ({ path }: ListedFile): boolean => named.has(path.toString("utf8"));
  return [...listed.filter(isNamed), ...listed.filter((file) => !isNamed(file))];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function withinBytes(
  files: ListedFile[],
  sizes: Map<string, number>,
  { bytesMax, fileBytesMax }: ExportRequest["limits"],
): ListedFile[] {
  let free = bytesMax;
  return files.filter(({ id }) => {
    const bytes = sizes.get(id) ?? 0;
    if (bytes > fileBytesMax || bytes > free) return false;
    free -= bytes;
    return true;
  });
}

function tooLarge(
  count: number | null,
  { filesMax, bytesMax, fileBytesMax }: ExportRequest["limits"],
): PullwrightError {
  const [all, one] = [bytesMax, fileBytesMax].map((bytes) => `${Math.round(bytes / 1024 ** 2)} MiB`);
  const which = count === null ? "The files of the commit" : `The ${count} files of the commit`;
  const most = `at most ${filesMax}, together ${all}, each ${one}`;
  return new PullwrightError("WORK_TOO_LARGE", `${which} do not fit: ${most}.`);
}

function withheldText(files: ListedFile[]): string {
  const lines = files.map(({ id, path }) => `${id} ${shownPath(path)}`);
  return `These files of the repository are not here, because agents take them for instructions. Their ids are git's.\n${lines.join("\n")}\n`;
}

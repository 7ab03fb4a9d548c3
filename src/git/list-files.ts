import { runInMirror, runWellInMirror, type MirrorSession } from "./mirror-session.ts";
import { gitFailed } from "./run-git.ts";

/** A file of a commit: its path as bytes, what it is, and the id of its content. */
export type ListedFile = { path: Buffer; mode: "100644" | "100755" | "120000" | "160000"; id: string };

/** What a path of usual length takes in git's list; a commit whose paths are much longer counts as having more files than it has. */
const bytesOfFile = 250;

/**
 * Every file of a commit, also links and submodules, in git's order; null where there are more than that, which is found out without reading them all. The
 * commit's trees are here, its contents need not be.
 */
export async function listFiles(
  session: MirrorSession,
  commitSha: string,
  filesMax: number,
): Promise<ListedFile[] | null> {
  const args = ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commitSha];
  const said = await runInMirror(session, { args, stdoutBytesMax: filesMax * bytesOfFile, mayBeCut: true });
  if (said.isCut) return null;
  if (said.code !== 0) throw gitFailed(args, said, session.surroundings.redact);
  const files = filesIn(said.stdout);
  return files.length > filesMax ? null : files;
}

/** Those of these files that a commit has; of a path that ends in a slash, the files in that folder and not below. `""` is the root. */
export async function listFilesAt(session: MirrorSession, commitSha: string, paths: string[]): Promise<ListedFile[]> {
  const listed: ListedFile[] = [];
  if (paths.includes("")) listed.push(...(await list([])));
  const others = paths.filter((path) => path !== "");
  for (let at = 0; at < others.length; at += pathsAtOnce)
    listed.push(...(await list(others.slice(at, at + pathsAtOnce))));
  return listed;

  async function list(named: string[]): Promise<ListedFile[]> {
    const args = ["ls-tree", "-z", "--full-tree", "--end-of-options", commitSha, ...named];
    return filesIn(await runWellInMirror(session, { args, stdoutBytesMax: 64 * 1024 * 1024 }));
  }
}

/** Arguments have an end. */
const pathsAtOnce = 500;

/** `<mode> <type> <id>`, tab, path, NUL. Folders are no files. */
function filesIn(list: Buffer): ListedFile[] {
  const files: ListedFile[] = [];
  for (let at = 0; at < list.length;) {
    const tab = list.indexOf(0x09, at);
    const end = list.indexOf(0, tab);
    const [mode = "", type, id = ""] = list.toString("latin1", at, tab).split(" ");
    if (type !== "tree") files.push({ path: list.subarray(tab + 1, end), mode: modeOf(mode), id });
    at = end + 1;
  }
  return files;
}

/** Old repositories have `100664` and the like. */
function modeOf(mode: string): ListedFile["mode"] {
  if (mode === "120000" || mode === "160000") return mode;
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? "100644" : "100755";
}

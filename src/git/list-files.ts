import { runWellInMirror, type MirrorSession } from "./mirror-session.ts";

/** A file of a commit: its path as bytes, what it is, and the id of its content. */
export type ListedFile = { path: Buffer; mode: "100644" | "100755" | "120000" | "160000"; id: string };

/** Every file of a commit, also links and submodules, in git's order. The commit's trees are here, its contents need not be. */
export async function listFiles(session: MirrorSession, commitSha: string): Promise<ListedFile[]> {
  const list = await runWellInMirror(session, {
    args: ["ls-tree", "-r", "-z", "--full-tree", "--end-of-options", commitSha],
    stdoutBytesMax: 512 * 1024 * 1024,
  });
  const files: ListedFile[] = [];
  for (let at = 0; at < list.length;) {
    const tab = list.indexOf(0x09, at);
    const end = list.indexOf(0, tab);
    const [mode = "", , id = ""] = list.toString("latin1", at, tab).split(" ");
    files.push({ path: list.subarray(tab + 1, end), mode: modeOf(mode), id });
    at = end + 1;
  }
  return files;
}

/** Old repositories have `100664` and the like. */
function modeOf(mode: string): ListedFile["mode"] {
  if (mode === "120000" || mode === "160000") return mode;
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? "100644" : "100755";
}

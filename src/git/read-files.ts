import { fetchBlobs } from "./fetch-blobs.ts";
import { listFilesAt } from "./list-files.ts";
import { runWellInMirror, type MirrorSession } from "./mirror-session.ts";

export type FilesWanted = {
  /** A commit that was fetched. */
  commitSha: string;
  /** Those that are not there are left out; so are links. */
  paths: string[];
  /** Larger ones are left out. */
  fileBytesMax: number;
};

/** Reads a few files of a commit, by path. Their contents are fetched when they are not here. */
export async function readFiles(session: MirrorSession, wanted: FilesWanted): Promise<Map<string, Buffer>> {
  const listed = await listFilesAt(session, wanted.commitSha, wanted.paths);
  const files = listed.filter(({ mode }) => mode.startsWith("10"));
  const sizes = await fetchBlobs(
    session,
    files.map(({ id }) => id),
  );
  const found = new Map<string, Buffer>();
  for (const { path, id } of files) {
    if ((sizes.get(id) ?? 0) > wanted.fileBytesMax) continue;
    found.set(path.toString("utf8"), await runWellInMirror(session, { args: ["cat-file", "blob", id] }));
  }
  return found;
}

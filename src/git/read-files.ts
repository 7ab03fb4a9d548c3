import { fetchBlobs } from "./fetch-blobs.ts";
import { type ListedFile, listFiles } from "./list-files.ts";
import { runWellInMirror, type MirrorSession } from "./mirror-session.ts";

export type FilesWanted = {
  /** A commit that was fetched. */
  commitSha: string;
  /** Which of its files, by their paths. */
  isWanted: (path: string) => boolean;
  /** Files beyond this are left out; so are links and submodules. */
  filesMax: number;
  fileBytesMax: number;
};

/** Reads a few files of a commit, by path. Their contents are fetched when they are not here. */
export async function readFiles(session: MirrorSession, wanted: FilesWanted): Promise<Map<string, Buffer>> {
  const files = (await listFiles(session, wanted.commitSha))
    .filter(({ mode, path }) => mode.startsWith("10") && wanted.isWanted(path.toString("utf8")))
    .slice(0, wanted.filesMax);
  const sizes = await fetchBlobs(
    session,
    files.map(({ id }) => id),
  );
  const found = new Map<string, Buffer>();
  for (const { path, id } of files.filter((file) => (sizes.get(file.id) ?? 0) <= wanted.fileBytesMax))
    found.set(path.toString("utf8"), await contentOf({ id }, session));
  return found;
}

function contentOf({ id }: Pick<ListedFile, "id">, session: MirrorSession): Promise<Buffer> {
  return runWellInMirror(session, { args: ["cat-file", "blob", id] });
}

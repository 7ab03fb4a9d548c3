import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** A git of which one can say when there is no more room for what it writes. */
export type GitOnFullDisk = { gitPath: string; fill: () => Promise<void>; makeRoom: () => Promise<void> };

/**
 * The machine's own git behind a limit that lets it write nothing into any file, while there is said to be no room: the system itself refuses the bytes
 * (EFBIG), for whoever it runs, which a full disk of one's own (ENOSPC) would only do for root.
 */
export async function makeGitOnFullDisk(directory: string): Promise<GitOnFullDisk> {
  const gitPath = join(directory, "git-on-full-disk");
  const mark = `${gitPath}.full`;
  await writeFile(
    gitPath,
    `#!/bin/sh\nif [ -e '${mark}' ]; then trap '' XFSZ; ulimit -f 0; fi\nexec /usr/bin/git "$@"\n`,
  );
  await chmod(gitPath, 0o700);
  return {
    gitPath,
    fill: () => writeFile(mark, ""),
    makeRoom: () => rm(mark, { force: true }),
  };
}

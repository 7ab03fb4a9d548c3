/** How Linux, BSD and macOS say that nothing more can be written: the disk, the quota or the largest file is reached. */
const sentences = /No space left on device|Disk(?: quota|c quota) exceeded|File too large/i;

/** Whether a git of ours could not write. What the remote says of its own disk stands behind `remote:` and is another's. */
export function saysNoRoom(stderr: string): boolean {
  return stderr.split(/[\r\n]+/).some((line) => !line.startsWith("remote:") && sentences.test(line));
}

/** Whether we could not write ourselves. */
export function isNoRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes((error as NodeJS.ErrnoException | null)?.code ?? "");
}

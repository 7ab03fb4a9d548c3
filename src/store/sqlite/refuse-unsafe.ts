import { PullwrightError } from "../../domain/error.ts";

/** 3.51.3 is the first release without the WAL-reset bug, which can corrupt a database that two connections write and checkpoint. */
const versionMin = [3, 51, 3] as const;

/** Magic numbers of Linux statfs(2) for file systems whose locks do not hold between machines: NFS, SMB, CIFS, SMB2, AFS, 9P. FUSE is left out, it may be local. */
const networkFilesystems = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x01021997]);

/** @throws PullwrightError SQLITE_TOO_OLD */
export function refuseOldEngine(version: string): void {
  const parts = version.split(".").map(Number);
  for (const [index, least] of versionMin.entries()) {
    const part = parts[index] ?? 0;
    if (part > least) return;
    if (part < least)
      throw new PullwrightError(
        "SQLITE_TOO_OLD",
        `This Node brings SQLite ${version}; ${versionMin.join(".")} is the first that is safe. Use Node 24.15 or newer.`,
      );
  }
}

/**
 * `filesystemType` is what statfs(2) says of the directory; other systems than Linux have other numbers, and are taken at their word.
 *
 * @throws PullwrightError NETWORK_FILESYSTEM
 */
export function refuseNetworkFilesystem(directory: string, filesystemType: number): void {
  if (process.platform !== "linux" || !networkFilesystems.has(filesystemType)) return;
  throw new PullwrightError(
    "NETWORK_FILESYSTEM",
    `${directory} is on a network file system. Put the data directory on a local disk, or use PostgreSQL.`,
  );
}

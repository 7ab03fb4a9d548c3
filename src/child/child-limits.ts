import { access, constants } from "node:fs/promises";

/** What one process may use; each is left as it is when not named. */
export type ChildLimits = {
  /** The largest file it may write. */
  fileBytesMax?: number;
  openFilesMax?: number;
  /** Core files hold the memory of a process, secrets included; 0 means none. */
  coreBytesMax?: number;
};

/** Puts util-linux's `prlimit`, which becomes the program itself, before a command line. Where it is missing the command line stays as it is. */
export async function withLimits(
  file: string,
  args: string[],
  limits: ChildLimits | undefined,
): Promise<{ file: string; args: string[] }> {
  const wanted = limits === undefined ? [] : argumentsFor(limits);
  if (wanted.length === 0) return { file, args };
  for (const prlimit of ["/usr/bin/prlimit", "/bin/prlimit"]) {
    if (await isExecutable(prlimit)) return { file: prlimit, args: [...wanted, "--", file, ...args] };
  }
  return { file, args };
}

function argumentsFor(limits: ChildLimits): string[] {
  return [
    ...(limits.fileBytesMax === undefined ? [] : [`--fsize=${limits.fileBytesMax}`]),
    ...(limits.openFilesMax === undefined ? [] : [`--nofile=${limits.openFilesMax}`]),
    ...(limits.coreBytesMax === undefined ? [] : [`--core=${limits.coreBytesMax}`]),
  ];
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

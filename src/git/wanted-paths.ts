import { checkTreePath } from "./tree-path.ts";

/** Which paths of a tree somebody asks for. Paths are bytes; here as latin1, where each byte is one character. */
export type WantedPaths = {
  /** What was named, as it stands in a tree; an empty one means everything, none at all that nothing was named. */
  named: string[];
  holds: (path: string) => boolean;
  /** Whether a folder can have anything of it: it is wanted itself, or on the way to what is. */
  mayHold: (folder: string) => boolean;
};

/**
 * Reads paths as people write them, with `./` before or a slash after.
 *
 * @throws {PullwrightError} PATH_INVALID
 */
export function wantedPaths({
  only = [],
  leaveOut = [],
}: {
  only?: string[] | undefined;
  leaveOut?: string[] | undefined;
}): WantedPaths {
  const named = only.map(plainPath);
  const wanted = named.map(asLatin1);
  const unwanted = leaveOut
    .map(plainPath)
    .filter((path) => path !== "")
    .map(asLatin1);
  const isLeftOut = (path: string) => unwanted.some((one) => isAtOrBelow(path, one));
  const isNamed = (path: string) => wanted.length === 0 || wanted.some((one) => isAtOrBelow(path, one));
  return {
    named,
    holds: (path) => isNamed(path) && !isLeftOut(path),
    mayHold: (folder) => (isNamed(folder) || wanted.some((one) => isAtOrBelow(one, folder))) && !isLeftOut(folder),
  };
}

function plainPath(path: string): string {
  const plain = path.replace(/^(\.\/+)+/, "").replace(/\/+$/, "");
  if (plain === "" || plain === ".") return "";
  checkTreePath(Buffer.from(plain), "theirs");
  return plain;
}

function asLatin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

/** Both as latin1; an empty folder is the root. */
export function isAtOrBelow(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

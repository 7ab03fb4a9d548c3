import { PullwrightError } from "../domain/error.ts";

/** Branches that we never write to, whatever the base is called. `*` stands for anything. */
const protectedBranches = ["main", "master", "trunk", "develop", "gh-pages", "release/*", "releases/*"];

/** git adds `.lock` to the last part while it writes, and file names end at 255 bytes. */
const branchBytesMax = 244;

/**
 * Holds that we may create a branch of this name: narrower than what git would take, so that no reader of the name, a shell or a file system without
 * upper case among them, makes something else of it.
 *
 * @throws {PullwrightError} BRANCH_NAME_INVALID
 */
export function checkBranchName(name: string, { base }: { base: string }): void {
  const why = whyNotOurs(name);
  if (why !== null) throw invalid(name, why);
  if (name.toLowerCase() === base.toLowerCase()) throw invalid(name, "is the base branch");
  const pattern = protectedBranches.find((one) => matches(one.toLowerCase(), name.toLowerCase()));
  if (pattern !== undefined) throw invalid(name, `is protected (${pattern})`);
}

/**
 * Holds that a branch of this name can exist at a remote, so that it may be read. Somebody else chose it; it may hold any letters.
 *
 * @throws {PullwrightError} BRANCH_NAME_INVALID
 */
export function checkBranchNameToRead(name: string): void {
  const why = whyNotGits(name);
  if (why !== null) throw invalid(name, why);
}

function whyNotOurs(name: string): string | null {
  if (!/^[A-Za-z0-9._/-]*$/.test(name)) return "holds more than letters, digits, `.`, `_`, `-` and `/`";
  if (name.length > branchBytesMax) return `is longer than ${branchBytesMax} bytes`;
  if (/(^|\/)-/.test(name)) return "has a part that begins with a dash";
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(name)) return "looks like a commit's id";
  if (/^(refs\/|head$|fetch_head$)/i.test(name)) return "is a name that git itself uses";
  if (/(^|\/)[^/]*\.lock(\/|$)/i.test(name)) return "has a part that ends in `.lock`";
  return whyNotGits(name);
}

function whyNotGits(name: string): string | null {
  if (name === "") return "is empty";
  if (!name.isWellFormed() || Buffer.byteLength(name) > 1000) return "is too long or no text";
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return "holds a character that no branch may have";
  if (name.includes("..") || name.includes("@{") || name.includes("//") || name === "@")
    return "holds `..`, `@{` or `//`";
  if (name.startsWith("/") || name.endsWith("/") || name.endsWith("."))
    return "begins or ends in `/`, or ends in a dot";
  if (name.split("/").some((part) => part.startsWith(".") || part.endsWith(".lock"))) {
    return "has a part that begins with a dot or ends in `.lock`";
  }
  return null;
}

function matches(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

function invalid(name: string, why: string): PullwrightError {
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  return new PullwrightError("BRANCH_NAME_INVALID", `The branch name ${shown} ${why}.`);
}

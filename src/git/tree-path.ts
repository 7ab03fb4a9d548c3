import { isUtf8 } from "node:buffer";
import { PullwrightError } from "../domain/error.ts";
import { shownPath } from "./file-change.ts";

const pathBytesMax = 4096;
const partBytesMax = 255;

/**
 * Holds that a path may be written into a repository. Of people's own files (`theirs`) only what could do harm is refused: what leaves the root, and
 * what some file system takes for `.git`. Of files that we name ourselves (`ours`), also what some file system cannot hold, or what is not what it
 * looks like: git would take `a\b`, `CON` and a line break.
 *
 * @throws {PullwrightError} PATH_INVALID
 */
export function checkTreePath(path: Uint8Array, whose: "ours" | "theirs" = "ours"): void {
  const bytes = Buffer.from(path.buffer, path.byteOffset, path.byteLength);
  const why = whyHarmful(bytes) ?? (whose === "ours" ? whyNotPortable(bytes) : null);
  if (why === null) return;
  const shown = bytes.length > 200 ? `${shownPath(bytes.subarray(0, 200))}…` : shownPath(bytes);
  throw new PullwrightError("PATH_INVALID", `The path ${JSON.stringify(shown)} ${why}.`);
}

/** As `checkTreePath`, and for what a symbolic link may not be called: git reads these files, and would follow the link. */
export function checkLinkPath(path: Uint8Array, whose: "ours" | "theirs" = "ours"): void {
  checkTreePath(path, whose);
  const name = plainName(Buffer.from(path).toString("latin1").split(/[/\\]/).at(-1) ?? "");
  if (/^(\.git(modules|attributes|ignore)|\.mailmap|gi(tmod|tatt|tign|7)[^.]*~[0-9]+)$/.test(name)) {
    throw new PullwrightError("PATH_INVALID", `A symbolic link must not be called ${JSON.stringify(name)}.`);
  }
}

function whyHarmful(path: Buffer): string | null {
  if (path.length === 0) return "is empty";
  if (path.length > pathBytesMax) return `is longer than ${pathBytesMax} bytes`;
  if (path.includes(0)) return "holds a NUL";
  const text = path.toString("latin1");
  const parts = text.split("/");
  if (parts.some((part) => part === "")) return "begins or ends with a slash, or has two in a row";
  if (parts.some((part) => part.length > partBytesMax)) return `has a part that is longer than ${partBytesMax} bytes`;
  if (parts.some((part) => part === "." || part === "..")) return "holds `.` or `..`";
  // On Windows a back slash parts names too.
  if (text.split(/[/\\]/).some(isTakenForDotGit)) return "holds a part that some file system takes for `.git`";
  return null;
}

function isTakenForDotGit(part: string): boolean {
  const name = plainName(part);
  return name === ".git" || /^git~[0-9]+$/.test(name);
}

/** A name as the most careless file system sees it: in lower case, without what macOS ignores, cut where Windows cuts. */
function plainName(part: string): string {
  const text = Buffer.from(part, "latin1").toString("utf8");
  return (
    text
      .replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, "")
      // Where it is no text, some stop reading.
      .replace(/\ufffd.*$/s, "")
      .replace(/:.*$/s, "")
      .replace(/[. ]+$/, "")
      .toLowerCase()
  );
}

function whyNotPortable(path: Buffer): string | null {
  if (!isUtf8(path)) return "is not UTF-8";
  const text = path.toString("utf8");
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u.test(text)) return "holds characters that cannot be seen";
  if (/[\\:*?"<>|]/.test(text)) return "holds a character that not every file system can hold";
  const parts = text.split("/");
  if (parts.some((part) => /^ |[. ]$/.test(part)))
    return "has a part that begins with a space, or ends in a space or a dot";
  if (parts.some((part) => windowsDevices.test(part))) return "holds a name that Windows keeps for a device";
  return null;
}

const windowsDevices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { PullwrightError } from "../domain/error.ts";

/** A name in the secrets directory: no path, nothing hidden. */
const refPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const secretBytesMax = 16 * 1024;
/** What an HTTP header can carry on one line. */
const printable = /^[\x20-\x7e]+$/;

/**
 * A secret as written, without the one line end that editors add. Throws SECRET_MALFORMED for what no header could carry; the message
 * names where it stands, never what it is.
 */
export function parseSecret(text: string, where: string): string {
  const secret = text.replace(/\r?\n$/, "");
  if (secret === "") throw new PullwrightError("SECRET_MALFORMED", `${where} is empty. Write the secret as one line.`);
  if (!printable.test(secret))
    throw new PullwrightError(
      "SECRET_MALFORMED",
      `${where} holds line breaks or characters outside printable ASCII. Write the secret as one line.`,
    );
  return secret;
}

/** Where a secret is, as plain data that can cross into a thread: the text itself, or a file that is read each time. `from` names the variable. */
export type SecretPlace = { kind: "text"; text: string; from: string } | { kind: "file"; path: string; from: string };

/** The secret as it is now. Throws like `parseSecret` and `readSecretFile`. */
export function readSecretPlace(place: SecretPlace): string {
  return place.kind === "text" ? parseSecret(place.text, place.from) : readSecretFile(place.path, place.from);
}

/** Reads a secret from a file that may be anywhere, because its operator named it. Others must not be able to write it. */
export function readSecretFile(path: string, where: string): string {
  const stat = statOrRefuse(path, where);
  if (!stat.isFile())
    throw new PullwrightError("SECRET_NOT_FOUND", `${where} names ${path}, which is not a regular file.`);
  if (stat.size > secretBytesMax)
    throw new PullwrightError("SECRET_MALFORMED", `${where} names ${path}, which is too large for a secret.`);
  refuseWritableByOthers(path, where);
  return parseSecret(readOrRefuse(path, where), `${where} (${path})`);
}

/** Reads `<directory>/<ref>`. A link is followed as long as it stays inside, as Kubernetes mounts need. */
export function readSecretRef(directory: string, ref: string): string {
  const where = `Secret ${JSON.stringify(ref.slice(0, 80))}`;
  if (!refPattern.test(ref))
    throw new PullwrightError(
      "SECRET_NOT_FOUND",
      `${where} is not a name: letters, digits, dot, dash and underscore, at most 64.`,
    );
  const path = join(directory, ref);
  statOrRefuse(path, where);
  if (!realpathSync(path).startsWith(realpathSync(directory) + sep))
    throw new PullwrightError("SECRET_NOT_FOUND", `${where} leads out of the secrets directory.`);
  refuseWritableByOthers(directory, where);
  return readSecretFile(path, where);
}

function statOrRefuse(path: string, where: string) {
  try {
    return statSync(path);
  } catch (cause) {
    throw unreadable(path, where, cause);
  }
}

function readOrRefuse(path: string, where: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, where, cause);
  }
}

function unreadable(path: string, where: string, cause: unknown): PullwrightError {
  return new PullwrightError(
    "SECRET_NOT_FOUND",
    `${where}: ${path} cannot be read. Create it with mode 0600 in ${dirname(path)}.`,
    { cause },
  );
}

function refuseWritableByOthers(path: string, where: string): void {
  if (process.platform === "win32") return; // modes say nothing there
  if ((statSync(path).mode & 0o022) !== 0)
    throw new PullwrightError("SECRET_EXPOSED", `${where}: ${path} can be written by others. Run chmod go-w ${path}.`);
}

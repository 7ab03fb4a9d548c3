import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { readSecretFile } from "./secret-files.ts";

/** The token that every API request needs. */
export function readOrMakeApiToken(dataDir: string): string {
  return readOrMake(dataDir, "api-token", "The API token");
}

/** What proves the marks in our pull requests and comments. Several machines that work on one database share the file, so that they know each other's. */
export function readOrMakeMarkerSecret(dataDir: string): string {
  return readOrMake(dataDir, "marker-secret", "The secret of our marks");
}

/** A secret of this installation, made at the first start and readable by its owner only. Two first starts at once agree on one. */
function readOrMake(dataDir: string, name: string, what: string): string {
  const path = join(dataDir, name);
  if (!existsSync(path)) {
    makeDataDirectory(dataDir);
    makeSecret(path);
  }
  return readSecretFile(path, what);
}

function makeDataDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new PullwrightError(
      "CONFIG_INVALID",
      `The data directory ${dataDir} cannot be made (${(cause as NodeJS.ErrnoException).code}). Name another one with --data-dir or PULLWRIGHT_DATA_DIR.`,
      { cause },
    );
  }
}

/** Whole or not at all, and never over one that is there: another first start may be reading, and a power cut must not leave an empty file. */
function makeSecret(path: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `pw_${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    // A file system without links knows no such way; two first starts at once are rarer than those.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

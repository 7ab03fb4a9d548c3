import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { readSecretFile } from "./secret-files.ts";

/** The token that every API request needs, made at the first start and readable by its owner only. Two first starts at once agree on one. */
export function readOrMakeApiToken(dataDir: string): string {
  const path = join(dataDir, "api-token");
  if (!existsSync(path)) {
    makeDataDirectory(dataDir);
    makeToken(path);
  }
  return readSecretFile(path, "The API token");
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
function makeToken(path: string): void {
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

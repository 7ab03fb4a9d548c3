import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSecretFile } from "./secret-files.ts";

/** The token that every API request needs, made at the first start and readable by its owner only. Two first starts at once agree on one. */
export function readOrMakeApiToken(dataDir: string): string {
  const path = join(dataDir, "api-token");
  if (!existsSync(path)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, `pw_${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return readSecretFile(path, "The API token");
}

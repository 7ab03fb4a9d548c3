import { randomUUID } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { gitFailed, runGit, type GitSurroundings } from "./run-git.ts";

export type GitProbe = {
  version: string;
  /** What is known to be wrong with this git, a sentence each. Our own rules hold even so. */
  warnings: string[];
};

/** Older ones lack what we rely on: bare repositories only where we say so, and `cat-file -z`. */
const versionMin = [2, 38, 1];

/**
 * Looks at the git of this machine. What it does is tried, not concluded from its number: distributions repair old versions.
 *
 * @throws {PullwrightError} GIT_UNAVAILABLE when it is missing, does not start or is too old
 */
export async function probeGit(surroundings: GitSurroundings): Promise<GitProbe> {
  const place = { gitDir: surroundings.temporaryDir };
  const said = await runGit({ args: ["version"], place }, surroundings);
  const version = /^git version (\d+(?:\.\d+)*)/.exec(said.stdout.toString("utf8"))?.[1];
  if (said.code !== 0 || version === undefined) throw gitFailed(["version"], said, surroundings.redact);
  if (isOlder(version.split(".").map(Number), versionMin)) {
    throw new PullwrightError(
      "GIT_UNAVAILABLE",
      `git ${version} is too old; ${versionMin.join(".")} is the oldest that can be used.`,
    );
  }
  const warnings = await Promise.all([
    keepsCarriageReturns(surroundings).then((keeps) => (keeps ? null : carriageReturnWarning)),
    speaksHttps(surroundings).then((speaks) =>
      speaks ? null : "This git cannot speak https: git-remote-https is missing.",
    ),
  ]);
  return { version, warnings: warnings.filter((warning) => warning !== null) };
}

const carriageReturnWarning =
  "This git has the fault CVE-2025-48384: a submodule's path can make it write elsewhere. Pullwright uses no submodules; bring git up to date all the same.";

/** The repaired git writes such a value in quotes; the other one reads back less than it wrote. */
async function keepsCarriageReturns(surroundings: GitSurroundings): Promise<boolean> {
  const file = join(surroundings.temporaryDir, `probe-${randomUUID()}`);
  const place = { gitDir: surroundings.temporaryDir };
  const said = await runGit({ args: ["config", "--file", file, "probe.value", "v\r"], place }, surroundings);
  if (said.code !== 0) return false;
  return (await readFile(file, "latin1")).includes('"v\r"');
}

async function speaksHttps(surroundings: GitSurroundings): Promise<boolean> {
  const place = { gitDir: surroundings.temporaryDir };
  const said = await runGit({ args: ["--exec-path"], place }, surroundings);
  return access(join(said.stdout.toString("utf8").trim(), "git-remote-https")).then(
    () => true,
    () => false,
  );
}

function isOlder(version: number[], least: number[]): boolean {
  for (const [index, part] of least.entries()) {
    if ((version[index] ?? 0) !== part) return (version[index] ?? 0) < part;
  }
  return false;
}

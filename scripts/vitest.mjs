// Runs vitest in a process group of its own, so that whatever the tests started can be ended with it.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodeOf } from "./child.mjs";
import { environmentFor, root } from "./node.mjs";

/** How long vitest may tidy up (stop the database, close browsers) after it was told to end. */
const tidyUpMs = 5_000;

/**
 * Runs the tests, prints `N passed, N failed` (and `, N skipped`) as the last line, and leaves nothing running.
 *
 * @param {{ path: string, binDirectory: string }} node
 * @param {string[]} args vitest's own: names of files, `-t name`, `--project unit`
 * @returns {Promise<number>} the exit code: vitest's, and 1 when no test ran
 */
export async function runTests(node, args) {
  const folder = mkdtempSync(join(tmpdir(), "pullwright-closing-line-"));
  const closingLinePath = join(folder, "line");
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);
  try {
    const code = await runVitest(node, args, closingLinePath);
    const line = read(closingLinePath);
    if (line === undefined) process.stdout.write("The test run did not finish.\n0 passed, 1 failed\n");
    else if (hasRunNothing(line)) process.stdout.write(`No test ran.\n${line}\n`);
    else process.stdout.write(`${line}\n`);
    return code === 0 && (line === undefined || hasRunNothing(line)) ? 1 : code;
  } finally {
    process.off("exit", removeFolder);
    removeFolder();
  }
}

/** @param {{ path: string, binDirectory: string }} node @param {string[]} args @param {string} closingLinePath */
async function runVitest(node, args, closingLinePath) {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(node.path, [vitest, "run", ...args], {
    cwd: root,
    env: { ...environmentFor(node), PULLWRIGHT_CLOSING_LINE_FILE: closingLinePath },
    stdio: ["ignore", "inherit", "inherit"],
    detached: process.platform !== "win32",
  });
  const ended = /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */ (
    new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve({ code, signal }));
    })
  );
  const killGroup = () => signalGroup(child, "SIGKILL");
  process.once("exit", killGroup);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => {
      // To vitest alone: it ends its workers and the global set-up in order. What is left after that is killed.
      child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
      const exit = () => process.exit(128 + constants.signals[signal]);
      void ended.then(exit);
      setTimeout(exit, tidyUpMs);
    });
  }

  const result = await ended;
  killGroup();
  process.off("exit", killGroup);
  return exitCodeOf(result);
}

/** @param {import("node:child_process").ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nothing of the group is left.
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** @param {string} line */
function hasRunNothing(line) {
  return line.startsWith("0 passed, 0 failed");
}

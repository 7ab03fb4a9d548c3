// Starts a program in our place: its signals, its exit code and its output are ours.

import { spawn } from "node:child_process";
import { constants } from "node:os";

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes it on. */
const sameSignalMs = 500;

/**
 * Runs a program until it ends. Signals that reach us reach it too; with `capture` its output is returned, not shown.
 *
 * @param {string} path
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, capture?: boolean, shell?: boolean }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>}
 */
export function runChild(path, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? false,
      stdio: options.capture ? ["ignore", "pipe", "pipe"] : "inherit",
    });

    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    const stopPassingOn = passSignalsOn(child);
    child.on("error", (error) => {
      stopPassingOn();
      reject(error);
    });
    child.on("close", (code, signal) => {
      stopPassingOn();
      resolve({ code, signal, output });
    });
  });
}

/**
 * Ends this process as the child ended.
 *
 * @param {{ code: number | null, signal: NodeJS.Signals | null }} result
 */
export function endLike(result) {
  process.exit(exitCodeOf(result));
}

/** @param {{ code: number | null, signal: NodeJS.Signals | null }} result as a shell would count it */
export function exitCodeOf(result) {
  if (result.signal === null) return result.code ?? 1;
  return 128 + constants.signals[result.signal];
}

/** @param {import("node:child_process").ChildProcess} child */
function passSignalsOn(child) {
  let lastInterruptAt = -Infinity;
  let bursts = 0;

  const passInterruptOn = () => {
    const now = performance.now();
    const isSameBurst = now - lastInterruptAt < sameSignalMs;
    lastInterruptAt = now;
    if (isSameBurst) return;
    bursts += 1;
    // At a terminal the first Ctrl-C has reached the child already, as a member of the same process group.
    if (process.stdin.isTTY && bursts === 1) return;
    child.kill("SIGINT");
  };
  const passTerminateOn = () => child.kill("SIGTERM");
  const passHangUpOn = () => child.kill("SIGHUP");

  process.on("SIGINT", passInterruptOn);
  process.on("SIGTERM", passTerminateOn);
  process.on("SIGHUP", passHangUpOn);
  return () => {
    process.off("SIGINT", passInterruptOn);
    process.off("SIGTERM", passTerminateOn);
    process.off("SIGHUP", passHangUpOn);
  };
}

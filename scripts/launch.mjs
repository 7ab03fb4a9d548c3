// Runs the command line in a Node that is new enough: in this process when it is one, else in the one that is found.

import { join } from "node:path";
import { endLike, runChild } from "./child.mjs";
import { CannotRun, ensureDependencies, ensureNode, environmentFor, root } from "./node.mjs";

/**
 * Makes everything ready, then hands over to src/cli.ts with these arguments.
 *
 * @param {string[]} args
 * @param {(node: { path: string, binDirectory: string }) => Promise<void>} [prepare] what else must be ready
 */
export async function launch(args, prepare) {
  const node = await ready(prepare);
  const cli = join(root, "src", "cli.ts");
  if (node.path === process.execPath) {
    process.argv = [process.argv[0] ?? node.path, cli, ...args];
    await import("../src/cli.ts");
    return;
  }
  endLike(await runChild(node.path, [cli, ...args], { env: environmentFor(node) }));
}

/**
 * Ensures Node and dependencies; what a person must do is said in one sentence, without a stack.
 *
 * @param {(node: { path: string, binDirectory: string }) => Promise<void>} [prepare]
 */
export async function ready(prepare) {
  try {
    const node = await ensureNode();
    await ensureDependencies(node);
    await prepare?.(node);
    return node;
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

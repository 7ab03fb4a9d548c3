// node scripts/check.mjs [--no-tests] [--only NAME]    everything that must hold before a commit
// Static steps run side by side, tests last. One line a step; output only of what failed.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitCodeOf, runChild } from "./child.mjs";
import { ready } from "./launch.mjs";
import { environmentFor, root } from "./node.mjs";
import { runTests } from "./vitest.mjs";

/** @typedef {{ name: string, program: string, args: string[] }} Step */

const linted = ["src", "test", "scripts", "bench"].filter((folder) => existsSync(join(root, folder)));

/** @type {Step[]} */
const staticSteps = [
  { name: "types", program: bin("tsc"), args: ["--noEmit"] },
  { name: "lint", program: bin("oxlint"), args: ["--type-aware", "--deny-warnings", ...linted] },
  { name: "format", program: bin("oxfmt"), args: ["--check"] },
  { name: "dead code", program: bin("knip"), args: ["--no-progress"] },
  { name: "docs", program: join(root, "scripts", "generate.ts"), args: ["--check"] },
];
const names = [...staticSteps.map((step) => step.name), "tests"];

const { only, withTests } = readArguments();
const node = await ready();
const isWanted = (/** @type {string} */ name) => only === undefined || only === name;

const results = await Promise.all(staticSteps.filter((step) => isWanted(step.name)).map((step) => runStep(step)));
let isGood = results.every(Boolean);
if (withTests && isWanted("tests")) {
  const startedAt = performance.now();
  const code = await runTests(node, []);
  if (code !== 0) isGood = false;
  // The closing line of the tests is the last on stdout; this one goes beside it.
  process.stderr.write(stepLine("tests", code === 0, startedAt));
}
process.exit(isGood ? 0 : 1);

/** @param {Step} step */
async function runStep(step) {
  const startedAt = performance.now();
  if (step.name === "docs" && !existsSync(step.program)) {
    process.stdout.write("docs: skipped, there is no scripts/generate.ts\n");
    return true;
  }
  const result = await runChild(node.path, [step.program, ...step.args], {
    cwd: root,
    env: environmentFor(node),
    capture: true,
  });
  const isStepGood = exitCodeOf(result) === 0;
  process.stdout.write(stepLine(step.name, isStepGood, startedAt) + (isStepGood ? "" : `${result.output.trimEnd()}\n`));
  return isStepGood;
}

/** @param {string} name @param {boolean} isStepGood @param {number} startedAt */
function stepLine(name, isStepGood, startedAt) {
  return `${name}: ${isStepGood ? "ok" : "FAILED"} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`;
}

/** @param {string} name */
function bin(name) {
  return join(root, "node_modules", ".bin", name);
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { "no-tests": { type: "boolean" }, only: { type: "string" } } });
    const wanted = values.only?.replaceAll("-", " ");
    if (wanted !== undefined && !names.includes(wanted)) throw new Error(`--only takes one of: ${names.join(", ")}`);
    return { only: wanted, withTests: values["no-tests"] !== true };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n`);
    process.exit(2);
  }
}

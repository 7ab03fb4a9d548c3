// agent.mjs [--pause-ms N] --payload JSON    The demo's agent: a program of its own that Pullwright starts for `execute_plan`
//
// It thinks of nothing itself. Under each heading of its plan that is a path, the block of code below is what that file becomes. Like a careless agent it puts
// what it finds in the checkout's .env wherever the plan names a variable. Then it writes its commit log, and the result file that ends its work.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** @param {string} name */
const argument = (name) => process.argv[process.argv.indexOf(name) + 1] ?? "";
const pauseMs = process.argv.includes("--pause-ms") ? Number(argument("--pause-ms")) : 0;
const resultPath = process.env["PULLWRIGHT_WORKER_RESULT_PATH"] ?? "";

try {
  const { plan, checkout } = /** @type {{ plan: string, checkout: string }} */ (JSON.parse(argument("--payload")));
  const artifacts = await execute(plan, checkout);
  finish({ success: true, artifacts });
} catch (error) {
  finish({ success: false, error: error instanceof Error ? error.message : String(error) });
}

/**
 * @param {string} plan
 * @param {string} checkout
 */
async function execute(plan, checkout) {
  const [, title] = /^# (.+)$/m.exec(plan) ?? [];
  const files = [...plan.matchAll(/^## (\S+)\n+```\w*\n([\s\S]*?)^```$/gm)];
  if (title === undefined || files.length === 0) throw new Error("The plan has no title, or names no file.");
  console.log(`Working on: ${title}`);
  const known = variablesIn(join(checkout, ".env"));
  const changed = [];
  for (const [, name = "", content = ""] of files) {
    await wait(pauseMs);
    if (name.split("/").some((part) => part === ".." || part === "")) throw new Error(`${name} leaves the checkout.`);
    const path = join(checkout, name);
    console.log(`${existsSync(path) ? "Changing" : "Adding"} ${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      content.replaceAll(/\$([A-Z_]+)/g, (whole, variable) => known.get(variable) ?? whole),
    );
    changed.push(name);
  }
  await wait(pauseMs);
  const log = join(checkout, "commit_log.md");
  writeFileSync(
    log,
    `# Implementation Commit Log\n\n## Summary\n\n${title}.\n\n## Changes\n\n${changed.map((name) => `- \`${name}\``).join("\n")}\n\n## Verification\n\nRead once more; nothing was run.\n`,
  );
  console.log("Wrote the commit log.");
  return { commit_log: log, changed_files: changed };
}

/** @param {string} path @returns {Map<string, string>} */
function variablesIn(path) {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return new Map([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]));
}

/** @param {{ success: boolean, artifacts?: object, error?: string }} result */
function finish(result) {
  writeFileSync(resultPath, JSON.stringify(result));
}

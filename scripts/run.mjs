// node scripts/run.mjs FILE.ts [args]        runs a TypeScript file of this project
// node scripts/run.mjs --bin NAME [args]     runs a tool from node_modules

import { join } from "node:path";
import { endLike, runChild } from "./child.mjs";
import { ready } from "./launch.mjs";
import { environmentFor, root } from "./node.mjs";

const [first, ...rest] = process.argv.slice(2);
const [name, ...toolArguments] = rest;
if (first === undefined || (first === "--bin" && name === undefined)) {
  process.stderr.write("Usage: node scripts/run.mjs FILE.ts [args], or node scripts/run.mjs --bin NAME [args]\n");
  process.exit(2);
}

const node = await ready();
const program =
  first === "--bin" ? [join(root, "node_modules", ".bin", name ?? ""), ...toolArguments] : [first, ...rest];
endLike(await runChild(node.path, program, { env: environmentFor(node) }));

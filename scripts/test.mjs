// node scripts/test.mjs [vitest arguments]    Node and dependencies made ready, then all tests (or those that are named)

import { ready } from "./launch.mjs";
import { runTests } from "./vitest.mjs";

const node = await ready();
process.exit(await runTests(node, process.argv.slice(2)));

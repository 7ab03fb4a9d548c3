// node scripts/start.mjs [command] [args]    Node, dependencies and dashboard made ready, then pullwright COMMAND (start)

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { exitCodeOf, runChild } from "./child.mjs";
import { launch } from "./launch.mjs";
import { withLock } from "./lock.mjs";
import { environmentFor, root } from "./node.mjs";

const [command = "start", ...args] = process.argv.slice(2);
await launch([command, ...args], buildDashboardWhenStale);

/** @param {{ path: string, binDirectory: string }} node */
async function buildDashboardWhenStale(node) {
  const hash = hashOfSources();
  if (isBuiltFrom(hash)) return;
  await withLock(`build the dashboard of ${root}`, async () => {
    if (isBuiltFrom(hash)) return;
    process.stderr.write("Building the dashboard (it is new, or its sources changed) …\n");
    const build = join(root, "scripts", "build-web.ts");
    const result = await runChild(node.path, [build], { cwd: root, env: environmentFor(node), capture: true });
    if (exitCodeOf(result) !== 0) {
      // Webhooks must not wait for a page: the service runs without it, and the next start tries again.
      process.stderr.write(`Building the dashboard failed; Pullwright starts without it.\n${result.output}\n`);
      return;
    }
    mkdirSync(join(root, "dist", "web"), { recursive: true });
    writeFileSync(stampPath(), hash);
  });
}

/** @param {string} hash */
function isBuiltFrom(hash) {
  return existsSync(stampPath()) && readFileSync(stampPath(), "utf8") === hash;
}

function stampPath() {
  return join(root, "dist", "web", ".built-from");
}

/** The page takes types and constants from src/domain, so a change there can change the page. */
function hashOfSources() {
  const paths = [
    ...filesUnder(join(root, "src", "web")),
    ...filesUnder(join(root, "src", "domain")),
    ...["vite.config.ts", "package-lock.json"].map((name) => join(root, name)).filter((path) => existsSync(path)),
  ];
  const hash = createHash("sha256");
  for (const path of paths.toSorted()) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** @param {string} folder @returns {string[]} */
function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

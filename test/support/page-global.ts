import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What the built page depends on. */
const sources = ["src/web", "src/domain", "vite.config.ts", "scripts/build-web.ts", "package-lock.json"];

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Before the integration tests: builds the page when there is none or its sources are newer, the way a person does it. */
export function setup(): void {
  const built = join(root, "dist", "web", "index.html");
  const newest = Math.max(...sources.map((source) => newestChange(join(root, source))));
  if (existsSync(built) && statSync(built).mtimeMs > newest) return;
  const build = spawnSync(process.execPath, [join(root, "scripts", "build-web.ts")], { encoding: "utf8" });
  if (build.status !== 0) throw new Error(`The page cannot be built:\n${build.stdout}${build.stderr}`);
}

function newestChange(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

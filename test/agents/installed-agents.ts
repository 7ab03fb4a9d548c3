import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const modules = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "node_modules");

/** Where the real command lines are: in the folder that PULLWRIGHT_TEST_AGENTS names, in the cache that scripts/fetch-agents.mjs fills, or on PATH. Null where there are none. */
export function installedAgent(name: "codex" | "claude"): string | null {
  const inPackage =
    name === "codex"
      ? join("node_modules", "@openai", "codex", "bin", "codex.js")
      : join("node_modules", "@anthropic-ai", "claude-code", "bin", "claude.exe");
  const named = process.env["PULLWRIGHT_TEST_AGENTS"];
  const candidates = [
    ...(named === undefined ? [] : [join(named, inPackage)]),
    join(modules, ".cache", "pullwright-agents", inPackage),
    ...(process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name)),
  ];
  return candidates.find((path) => existsSync(path)) ?? null;
}

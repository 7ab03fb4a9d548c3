// node scripts/fetch-agents.mjs [FOLDER]    fetches the command lines of Codex and Claude Code, for test/agents/real-command-lines.test.ts
//
// 760 MB, so they are no dependencies: they go into node_modules/.cache/pullwright-agents, or another folder, which PULLWRIGHT_TEST_AGENTS then names. No install
// script of theirs is run.

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { endLike, runChild } from "./child.mjs";
import { root } from "./node.mjs";

const versions = { "@openai/codex": "0.169.0", "@anthropic-ai/claude-code": "2.1.328" };

const folder = resolve(process.argv[2] ?? join(root, "node_modules", ".cache", "pullwright-agents"));
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies: versions }, null, 2));
endLike(await runChild("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder }));

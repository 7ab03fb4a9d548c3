/**
 * Names of files and folders that tell an agent, an editor or a program of theirs what to do, or that hold secrets: in somebody's change they are to be
 * read, and never to be obeyed. In lower case; wherever they stand.
 */
const names = new Set([
  ".claude",
  ".mcp.json",
  ".claude.json",
  ".codex",
  ".gemini",
  "gemini.md",
  ".cursor",
  ".cursorrules",
  "opencode.json",
  ".opencode",
  ".ripgreprc",
  ".npmrc",
  "bunfig.toml",
  ".husky",
  ".vscode",
  ".idea",
  ".envrc",
  ".tool-versions",
  "mise.toml",
  ".mise.toml",
]);

/** Whether a file is kept out of the copy that an agent sees. The path has slashes; no case is looked at. */
export function isWithheld(path: string): boolean {
  const parts = path.toLowerCase().split("/");
  if (parts.some((part) => names.has(part) || /^\.env(\.|$)/.test(part))) return true;
  const name = parts.at(-1) ?? "";
  if (/^(claude|agents)[^/]*\.md$/.test(name)) return true;
  return parts.at(-2) === ".github" && name === "copilot-instructions.md";
}

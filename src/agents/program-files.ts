import { access, constants, lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, sep } from "node:path";
import type { Mount } from "../sandbox/sandbox.ts";

/** A program as the sandbox shows it. */
export type ProgramFiles = {
  /** Inside. */
  file: string;
  /** Outside, with links followed. */
  outside: string;
  mounts: Mount[];
};

export type ProgramSearch = {
  /** A path, or a name to be found on `searchPath`. */
  command: string;
  searchPath: string;
  /** The agent that it should be, whose package is laid out in a known way; null for any program. */
  known: "codex" | "claude" | null;
};

const folderInside = "/opt/agent";

/**
 * Finds a program and what it needs to be shown of: nothing below /usr, the topmost `node_modules` for a package, else the file alone. Never the folder that
 * it lies in: that may be somebody's home. Null where there is no such program.
 */
export async function findProgram(search: ProgramSearch): Promise<ProgramFiles | null> {
  const named = await pathOf(search);
  if (named === null) return null;
  const outside = await nativeProgram(await realpath(named), search.known);
  if (outside.startsWith("/usr/")) return { file: outside, outside, mounts: [] };
  const modules = topmostModules(outside);
  if (modules !== null)
    return {
      file: folderInside + outside.slice(dirname(modules).length),
      outside,
      mounts: [{ outside: modules, inside: `${folderInside}/node_modules` }],
    };
  const file = `${folderInside}/bin/${basename(named)}`;
  return { file, outside, mounts: [{ outside, inside: file }] };
}

async function pathOf({ command, searchPath }: ProgramSearch): Promise<string | null> {
  if (command.includes(sep)) return isAbsolute(command) && (await isProgram(command)) ? command : null;
  for (const folder of searchPath.split(":")) {
    const path = join(folder, command);
    if (isAbsolute(folder) && (await isProgram(path))) return path;
  }
  return null;
}

/** Claude Code's package holds a placeholder until its install script has run, which npm forbids by default; the program itself is in a package beside it. */
async function nativeProgram(path: string, known: ProgramSearch["known"]): Promise<string> {
  const scope = /^(.*\/node_modules\/@anthropic-ai\/)claude-code\/bin\/claude(\.exe)?$/.exec(path)?.[1];
  if (known !== "claude" || scope === undefined) return path;
  const beside = `${scope}claude-code-linux-${process.arch}/claude`;
  return (await isProgram(beside)) ? beside : path;
}

function topmostModules(path: string): string | null {
  const at = path.indexOf("/node_modules/");
  return at <= 0 ? null : path.slice(0, at + "/node_modules".length);
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return !(await lstat(await realpath(path))).isDirectory();
  } catch {
    return false;
  }
}

import type { ErrorCode } from "../domain/error.ts";
import type { SandboxLimits } from "../sandbox/sandbox.ts";
import { PullwrightError } from "../domain/error.ts";
import { agentEnvironment } from "./agent-environment.ts";
import type { AgentDeps, InstalledAgent, Located } from "./create-agent.ts";
import type { Manner } from "./manner.ts";

export type Checked =
  | { kind: "installed"; installed: InstalledAgent }
  | { kind: "unavailable"; code: ErrorCode; because: string };

/** Asks the installed program, in the sandbox, which version it is and what it can do. Without the flags that keep it safe it is not run. */
export async function checkInstalled(
  manner: Manner,
  found: Located,
  signal: AbortSignal,
  deps: Pick<AgentDeps, "sandbox" | "secrets">,
): Promise<Checked> {
  const { check } = manner;
  const { program, shown, warnings } = found;
  const installed: InstalledAgent = { program, shown, warnings, version: null, has: () => false };
  if (check === null) return { kind: "installed", installed };

  const said: string[] = [];
  for (const args of [check.versionArguments, check.helpArguments]) {
    const words = await say(found, args, signal, deps);
    if (typeof words !== "string") return words;
    said.push(words);
  }
  const [versionWords = "", help = ""] = said;
  const version = /\b(\d+)\.(\d+)\.(\d+)\b/.exec(versionWords);
  if (version === null)
    return unavailable(
      "AGENT_UNSUPPORTED",
      `${manner.name} does not say which version it is: ${deps.secrets.redact(versionWords.trim().slice(0, 200))}`,
    );
  if (isOlder(version.slice(1, 4).map(Number), check.versionMin))
    return unavailable(
      "AGENT_UNSUPPORTED",
      `${manner.name} ${version[0]} is too old; ${check.versionMin.join(".")} is the oldest that is safe to run.`,
    );
  const has = (flag: string): boolean => new RegExp(`(?<![\\w-])${flag}(?![\\w-])`).test(help);
  const missing = check.flags.filter((flag) => !has(flag));
  if (missing.length > 0)
    return unavailable(
      "AGENT_UNSUPPORTED",
      `${manner.name} ${version[0]} has no ${missing.join(", ")}, without which it is not safe to run.`,
    );
  return { kind: "installed", installed: { ...installed, version: version[0], has } };
}

async function say(
  { program, shown }: Located,
  args: string[],
  signal: AbortSignal,
  deps: Pick<AgentDeps, "sandbox" | "secrets">,
): Promise<string | Extract<Checked, { kind: "unavailable" }>> {
  const said: Buffer[] = [];
  try {
    const ending = await deps.sandbox.run({
      file: program.file,
      args,
      env: agentEnvironment(),
      cwd: "/tmp",
      stdin: new Uint8Array(),
      readOnly: [...program.mounts, ...shown],
      writable: [],
      model: null,
      limits: checkLimits,
      signal,
      onOutput: (_stream, bytes) => void said.push(Buffer.from(bytes)),
    });
    const words = Buffer.concat(said).toString("utf8");
    if (ending.kind === "exited" && ending.code === 0) return words;
    const how = ending.kind === "exited" ? `ended with ${ending.code}` : ending.kind;
    return unavailable(
      "AGENT_UNAVAILABLE",
      `${program.outside} cannot be started (${how}). ${deps.secrets.redact(words.trim().slice(0, 300))}`,
    );
  } catch (error) {
    if (error instanceof PullwrightError) return unavailable(error.code, error.message);
    throw error;
  }
}

const checkLimits: SandboxLimits = {
  timeoutMs: 30_000,
  memoryBytesMax: 2_147_483_648,
  cpuMsMax: 60_000,
  processesMax: 256,
  fileBytesMax: 16_777_216,
  openFilesMax: 512,
  outputBytesMax: 1_048_576,
  writtenBytesMax: 67_108_864,
};

function isOlder(version: number[], least: readonly number[]): boolean {
  for (const [index, part] of least.entries()) {
    if ((version[index] ?? 0) !== part) return (version[index] ?? 0) < part;
  }
  return false;
}

function unavailable(code: ErrorCode, because: string): Extract<Checked, { kind: "unavailable" }> {
  return { kind: "unavailable", code, because };
}

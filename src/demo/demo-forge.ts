import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../domain/clock.ts";
import type { DemoWork } from "./demo-config.ts";
import { findServingGit } from "./local-forge/find-git.ts";
import { type LocalForge, startLocalForge } from "./local-forge/local-forge.ts";
import { historyOfShop, shop } from "./work-at-shop.ts";

/** The forge that the demo's work goes to, and what the service is told of it and of the agent. Nothing, where `missing` says why. */
export type DemoForge =
  | { forge: LocalForge; work: DemoWork; missing: null }
  | { forge: null; work: null; missing: string };

/** How long the agent thinks about each file, in seconds of the story. */
const thoughtSeconds = 1;

/** Starts the forge in the demo's folder and puts the agent there; says what is missing on a machine whose git cannot serve repositories. */
export async function startDemoForge(
  dataDir: string,
  speed: number,
  findGit: () => Promise<string | null> = findServingGit,
): Promise<DemoForge> {
  const gitPath = await findGit();
  if (gitPath === null)
    return {
      forge: null,
      work: null,
      missing: "There is no git here that can serve repositories (`git http-backend`)",
    };
  const forge = await startLocalForge({
    ...shop,
    gitPath,
    directory: join(dataDir, "forge"),
    history: historyOfShop(systemClock()),
  });
  const { apiBaseUrl, caFile, token } = forge;
  const agent = { command: await putAgent(dataDir), args: ["--pause-ms", String((thoughtSeconds * 1000) / speed)] };
  return { forge, work: { apiBaseUrl, caFile, token, agent, reviewer: await reviewerProgram() }, missing: null };
}

/** A program that starts by itself, on the very Node that runs the demo. */
async function putAgent(dataDir: string): Promise<string> {
  const path = join(dataDir, "agent");
  const quoted = [process.execPath, fileURLToPath(new URL("./agent.mjs", import.meta.url))].map(
    (word) => `'${word.replaceAll("'", "'\\''")}'`,
  );
  await writeFile(path, `#!/bin/sh\nexec ${quoted.join(" ")} "$@"\n`);
  await chmod(path, 0o700);
  return path;
}

/** Our own Node, given the program's text: so it needs nothing of this machine's folders to be shown in the sandbox. */
async function reviewerProgram(): Promise<DemoWork["reviewer"]> {
  const text = await readFile(new URL("./reviewer.mjs", import.meta.url), "utf8");
  return { command: process.execPath, args: ["--input-type=module", "--eval", text] };
}

import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createAgent, type AgentOptions } from "../../src/agents/create-agent.ts";
import type { Agent, AgentAnswer, AgentQuestion } from "../../src/agents/agent.ts";
import type { ModelProvider } from "../../src/agents/model-request.ts";
import { createLiveRedact } from "../../src/redact/live-redact.ts";
import { createSandbox } from "../../src/sandbox/create-sandbox.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";

export type Workshop = {
  path: string;
  sandbox: Sandbox;
  logPath: string;
  filesDir: string;
  /** Puts a program there and returns its path. */
  program: (name: string, text: string) => Promise<string>;
  agent: (options: Partial<AgentOptions>, keys?: Partial<Record<ModelProvider, string>>) => Agent;
  ask: (agent: Agent, question?: Partial<AgentQuestion>) => Promise<AgentAnswer>;
} & AsyncDisposable;

/** A folder with files to look at, a sandbox, and agents made of whatever program a test puts there. */
export async function openWorkshop(options: { unguarded?: boolean } = {}): Promise<Workshop> {
  const path = await mkdtemp("/var/tmp/pullwright-agent-");
  const [filesDir, programs, work] = ["files", "programs", "w"].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([filesDir, programs, work].map((folder) => mkdir(folder)));
  await writeFile(join(filesDir, "readme.md"), "the files\n", { mode: 0o600 });
  const steadyClock = (): number => performance.now();
  const sandbox = createSandbox(
    {
      sandbox: options.unguarded === true ? "none-i-accept-the-risk" : "required",
      temporaryDir: work,
      ...(options.unguarded === true ? { walls: [] } : {}),
    },
    { steadyClock, warn: () => {} },
  );
  const logPath = join(path, "agent.log");
  return {
    path,
    sandbox,
    logPath,
    filesDir,
    program: async (name, text) => {
      const file = join(programs, name);
      await writeFile(file, text);
      await chmod(file, 0o755);
      return file;
    },
    agent: (given, keys = {}) =>
      createAgent(
        {
          name: "command",
          command: null,
          args: [],
          model: null,
          showPaths: [],
          searchPath: programs,
          openaiBaseUrl: "https://openai.invalid/v1",
          anthropicBaseUrl: "https://anthropic.invalid",
          home: null,
          temporaryDir: work,
          ...given,
        },
        {
          sandbox,
          secrets: createLiveRedact([]),
          readKey: (provider) => Promise.resolve(keys[provider] ?? null),
          clock: () => new Date(),
          steadyClock,
          fetch,
        },
      ),
    ask: (agent, question = {}) =>
      agent.ask({
        prompt: "What do you see?",
        answerSchema: null,
        filesDir,
        may: "read",
        timeoutMs: 60_000,
        signal: new AbortController().signal,
        logPath,
        ...question,
      }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** Why agents cannot be shut in here; null where they can. */
export async function whyNoSandbox(): Promise<string | null> {
  await using workshop = await openWorkshop();
  const standing = await workshop.sandbox.probe();
  return standing.kind === "ready" ? null : standing.because;
}

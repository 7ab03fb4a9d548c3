import { realpath, stat } from "node:fs/promises";
import type { AgentName } from "../domain/agent-name.ts";
import type { Clock, SteadyClock } from "../domain/clock.ts";
import type { ErrorCode } from "../domain/error.ts";
import type { LiveRedact } from "../redact/live-redact.ts";
import type { Mount, Sandbox } from "../sandbox/sandbox.ts";
import type { Agent, AgentStanding } from "./agent.ts";
import { askInSandbox, type AskLimits } from "./ask-in-sandbox.ts";
import { checkInstalled } from "./check-installed.ts";
import { claude } from "./claude.ts";
import { codex } from "./codex.ts";
import type { Manner } from "./manner.ts";
import { findCredential, type CredentialFound } from "./model-credential.ts";
import type { ModelBudget } from "./model-proxy.ts";
import type { ModelProvider } from "./model-request.ts";
import { noUsage } from "./model-usage.ts";
import { plainCommand } from "./plain-command.ts";
import { findProgram, type ProgramFiles } from "./program-files.ts";

export type AgentOptions = {
  name: AgentName;
  /** The program, or where the agent's command line is; null: its usual name on the search path. */
  command: string | null;
  /** The program's arguments; only with `command`. */
  args: string[];
  /** Its own choice when null. */
  model: string | null;
  /** Further files and folders that it needs to be shown; those that do not exist are left out, with a warning. */
  showPaths: string[];
  /** PATH as it is for us. */
  searchPath: string;
  openaiBaseUrl: string;
  anthropicBaseUrl: string;
  /** Whose stored logins are used when there is no key; null for nobody's. */
  home: string | null;
  /** An existing folder that only we can enter, of at most 60 characters: sockets are made in it, whose paths may not be long. */
  temporaryDir: string;
  limits?: Partial<AskLimits>;
  budget?: Partial<ModelBudget>;
};

export type AgentDeps = {
  sandbox: Sandbox;
  /** Keys that are read are learned. */
  secrets: Pick<LiveRedact, "redact" | "learn">;
  /** The configured key, read where it is used; null when there is none. */
  readKey: (provider: ModelProvider) => Promise<string | null>;
  clock: Clock;
  steadyClock: SteadyClock;
  fetch: typeof fetch;
};

/** An agent's program, found and known to be safe to run. */
export type InstalledAgent = {
  program: ProgramFiles;
  shown: Mount[];
  version: string | null;
  has: (flag: string) => boolean;
  warnings: string[];
};

export type Credentials = Partial<Record<ModelProvider, Extract<CredentialFound, { kind: "found" }>>>;

type Unavailable = { kind: "unavailable"; code: ErrorCode; because: string };

/** Puts an agent together from its program, a sandbox and a way to its model. What the installed program can do is looked up once for each version of its file. */
export function createAgent(options: AgentOptions, deps: AgentDeps): Agent {
  const manner = mannerOf(options);
  let known: { mark: string; installed: InstalledAgent } | null = null;

  async function install(signal: AbortSignal): Promise<{ kind: "installed"; installed: InstalledAgent } | Unavailable> {
    const found = await locate(manner, options);
    if (found.kind === "unavailable") return found;
    const { size, mtimeMs } = await stat(found.program.outside);
    const mark = `${found.program.outside} ${size} ${mtimeMs}`;
    if (known?.mark === mark) return { kind: "installed", installed: known.installed };
    const checked = await checkInstalled(manner, found, signal, deps);
    if (checked.kind === "installed") known = { mark, installed: checked.installed };
    return checked;
  }

  return {
    name: options.name,
    probe: async ({ signal = new AbortController().signal } = {}): Promise<AgentStanding> => {
      const standing = await deps.sandbox.probe({ signal });
      if (standing.kind === "unavailable") return { ...standing, agent: options.name };
      known = null;
      const installed = await install(signal);
      if (installed.kind === "unavailable") return { ...installed, agent: options.name };
      const credentials = await credentialsOf(manner, options, deps);
      if (credentials.kind === "unavailable") return { ...credentials, agent: options.name };
      const { version, warnings } = installed.installed;
      return { kind: "ready", agent: options.name, version, warnings: [...standing.warnings, ...warnings] };
    },
    ask: async (question) => {
      question.signal.throwIfAborted();
      const failed = ({ code, because }: Unavailable) =>
        ({ kind: "failed", code, because, retryAfterMs: null, usage: noUsage }) as const;
      const installed = await install(question.signal);
      question.signal.throwIfAborted();
      if (installed.kind === "unavailable") return failed(installed);
      const credentials = await credentialsOf(manner, options, deps);
      if (credentials.kind === "unavailable") return failed(credentials);
      return askInSandbox(question, manner, installed.installed, {
        ...deps,
        options,
        credentials: credentials.found,
        findAgain: (provider) => findCredential(provider, options, deps),
      });
    },
  };
}

function mannerOf({ name, args, model }: AgentOptions): Manner {
  switch (name) {
    case "codex":
      return codex({ model });
    case "claude":
      return claude({ model });
    case "command":
      return plainCommand({ args });
  }
}

export type Located = { kind: "located"; program: ProgramFiles; shown: Mount[]; warnings: string[] };

async function locate(manner: Manner, options: AgentOptions): Promise<Located | Unavailable> {
  const command = options.command ?? manner.usualCommand;
  if (command === null)
    return {
      kind: "unavailable",
      code: "AGENT_NOT_CONFIGURED",
      because: "No program is named: set PULLWRIGHT_REVIEW_COMMAND.",
    };
  const known = manner.name === "command" ? null : manner.name;
  const program = await findProgram({ command, searchPath: options.searchPath, known });
  if (program === null)
    return {
      kind: "unavailable",
      code: "AGENT_UNAVAILABLE",
      because: `There is no program ${command}: install it, or say where it is with PULLWRIGHT_REVIEW_COMMAND.`,
    };
  const looked = await Promise.all(
    options.showPaths.map(async (path) => ({ path, because: await whyNotShown(path, options.home) })),
  );
  return {
    kind: "located",
    program,
    shown: looked.filter(({ because }) => because === null).map(({ path }) => ({ outside: path, inside: path })),
    warnings: looked.flatMap(({ path, because }) =>
      because === null ? [] : [`${path} in agent.show_paths ${because}.`],
    ),
  };
}

/** Secrets lie in homes; whoever wants something of one shown must name just that. */
async function whyNotShown(path: string, home: string | null): Promise<string | null> {
  const real = await realpath(path).catch(() => null);
  if (real === null) return "does not exist";
  const holdsHome = home !== null && `${home}/`.startsWith(real === "/" ? "/" : `${real}/`);
  return real === "/" || holdsHome ? "is or holds a home folder and is not shown" : null;
}

async function credentialsOf(
  manner: Manner,
  options: AgentOptions,
  deps: AgentDeps,
): Promise<{ kind: "found"; found: Credentials } | Unavailable> {
  const found: Credentials = {};
  for (const provider of [...manner.providers.needed, ...manner.providers.wanted]) {
    // A login is that of a certain program, so any other one gets only what is meant for all.
    const home = manner.providers.needed.includes(provider) ? options.home : null;
    const credential = await findCredential(provider, { ...options, home }, deps);
    if (credential.kind === "found") {
      deps.secrets.learn(credential.secrets);
      found[provider] = credential;
    } else if (manner.providers.needed.includes(provider))
      return { kind: "unavailable", code: "AGENT_UNAVAILABLE", because: credential.because };
  }
  return { kind: "found", found };
}

import { agentEnvironment, inside, openaiBaseInside, standInKey } from "./agent-environment.ts";
import type { AgentWords, Manner } from "./manner.ts";
import { noUsage } from "./model-usage.ts";
import { lastWords } from "./plain-command.ts";

const answerFile = `${inside.out}/answer`;
const schemaFile = "/run/answer-schema.json";

/**
 * OpenAI's Codex by `codex exec`. It writes its answer to a file and tells as JSON lines what it does. Of its own configuration nothing is read; the model is a provider of
 * ours, because the built-in one would want to know who is signed in. Searching the web would be done by OpenAI, outside of the sandbox, so it is off.
 */
export function codex(options: { model: string | null }): Manner {
  return {
    name: "codex",
    usualCommand: "codex",
    providers: { needed: ["openai"], wanted: [] },
    check: {
      helpArguments: ["exec", "--help"],
      versionArguments: ["--version"],
      // The oldest that was tried here: all flags are there, and its own sandbox works within ours.
      versionMin: [0, 169, 0],
      flags: [
        "--sandbox",
        "--skip-git-repo-check",
        "--cd",
        "--output-last-message",
        "--output-schema",
        "--json",
        "--ephemeral",
        "--ignore-user-config",
        "--ignore-rules",
        "--config",
      ],
    },
    commandLine: (question) => ({
      args: [
        "exec",
        "--sandbox",
        question.may === "read" ? "read-only" : "workspace-write",
        "--skip-git-repo-check",
        "--ephemeral",
        "--ignore-user-config",
        "--ignore-rules",
        "--json",
        "--cd",
        inside.files,
        "--output-last-message",
        answerFile,
        ...(question.answerSchema === null ? [] : ["--output-schema", schemaFile]),
        ...(options.model === null ? [] : ["--model", options.model]),
        ...configuration.flatMap((line) => ["--config", line]),
        "-",
      ],
      env: agentEnvironment({ OPENAI_API_KEY: standInKey }),
      files:
        question.answerSchema === null ? [] : [{ inside: schemaFile, text: JSON.stringify(question.answerSchema) }],
    }),
    readAnswer: ({ exitCode, stdout, stderr, result }) => {
      const told = readEvents(stdout);
      const failed = (because: string): AgentWords => ({
        kind: "failed",
        code: "AGENT_FAILED",
        because,
        usage: told.usage,
      });
      if (exitCode !== 0) return failed(`Codex ended with ${exitCode}. ${told.error ?? lastWords(stderr)}`);
      if (result.kind === "refused")
        return {
          kind: "failed",
          code: "AGENT_OVER_LIMIT",
          because: `Codex answered, but ${result.because}.`,
          usage: told.usage,
        };
      if (!told.isComplete) return failed(`Codex stopped before its turn was complete. ${told.error ?? ""}`);
      return { kind: "answered", text: result.kind === "read" ? result.text : "", usage: told.usage };
    },
  };
}

/** As `-c` takes it: a path in its configuration, and TOML. */
const configuration = [
  'model_provider="pullwright"',
  `model_providers.pullwright={name="pullwright",base_url="${openaiBaseInside}",wire_api="responses",env_key="OPENAI_API_KEY",request_max_retries=2,stream_max_retries=2,supports_websockets=false}`,
  'approval_policy="never"',
  'web_search="disabled"',
  "check_for_update_on_startup=false",
  "analytics.enabled=false",
  "project_doc_max_bytes=0",
  'shell_environment_policy.inherit="core"',
  "sandbox_workspace_write.network_access=false",
  "sandbox_workspace_write.exclude_slash_tmp=true",
  "sandbox_workspace_write.exclude_tmpdir_env_var=true",
];

/** What the JSON lines tell: whether the turn was completed, what it used, and the last error. Lines that are none are the words of something else. */
function readEvents(stdout: string): { isComplete: boolean; error: string | null; usage: typeof noUsage } {
  const told = { isComplete: false, error: null as string | null, usage: noUsage };
  for (const line of stdout.split("\n")) {
    const event = parsed(line);
    if (event === null) continue;
    const error =
      event.type === "error" ? event.message : event.type === "turn.failed" ? event.error?.message : undefined;
    if (error !== undefined) told.error = typeof error === "string" ? error : JSON.stringify(error);
    if (event.type === "turn.failed") told.isComplete = false;
    if (event.type !== "turn.completed") continue;
    told.isComplete = true;
    told.usage = {
      ...noUsage,
      inputTokens: event.usage?.input_tokens ?? null,
      cachedInputTokens: event.usage?.cached_input_tokens ?? null,
      outputTokens: event.usage?.output_tokens ?? null,
    };
  }
  return told;
}

type CodexEvent = {
  type?: string;
  message?: unknown;
  error?: { message?: unknown };
  usage?: { input_tokens?: number; cached_input_tokens?: number; output_tokens?: number };
};

function parsed(line: string): CodexEvent | null {
  if (!line.startsWith("{")) return null;
  try {
    return JSON.parse(line) as CodexEvent;
  } catch {
    return null;
  }
}

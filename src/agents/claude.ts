import type { AgentUsage } from "../domain/review.ts";
import { agentEnvironment, anthropicBaseInside, inside, standInKey } from "./agent-environment.ts";
import type { AgentWords, Manner } from "./manner.ts";
import { noUsage } from "./model-usage.ts";
import { lastWords } from "./plain-command.ts";

const readTools = ["Read", "Grep", "Glob"];
const writeTools = [...readTools, "Edit", "Write", "Bash"];

/**
 * Anthropic's Claude Code by `claude -p`. Every tool that it does not need is taken away, what it needs is allowed beforehand, and whatever else it would ask a person for is
 * denied. No setting, hook, plugin, server or instruction file of the files is read. What it does comes as JSON lines, of which the last is the result.
 */
export function claude(options: { model: string | null }): Manner {
  return {
    name: "claude",
    usualCommand: "claude",
    providers: { needed: ["anthropic"], wanted: [] },
    check: {
      helpArguments: ["--help"],
      versionArguments: ["--version"],
      versionMin: [2, 1, 128],
      flags: [
        "--print",
        "--output-format",
        "--permission-mode",
        "--tools",
        "--allowedTools",
        "--strict-mcp-config",
        "--mcp-config",
        "--setting-sources",
        "--no-session-persistence",
        "--json-schema",
      ],
    },
    commandLine: (question, has) => {
      const tools = (question.may === "read" ? readTools : writeTools).join(",");
      return {
        args: [
          "--print",
          "--output-format",
          "stream-json",
          "--verbose",
          "--no-session-persistence",
          "--permission-mode",
          "dontAsk",
          "--tools",
          tools,
          "--allowedTools",
          tools,
          "--strict-mcp-config",
          "--mcp-config",
          '{"mcpServers":{}}',
          "--setting-sources",
          "",
          ...["--safe-mode", "--disable-slash-commands"].filter(has),
          // It confines reading to the files, but lets nobody write what looks like a tool's configuration.
          ...(question.may === "read" ? ["--restricted"].filter(has) : []),
          ...(question.answerSchema === null ? [] : ["--json-schema", JSON.stringify(question.answerSchema)]),
          ...(options.model === null ? [] : ["--model", options.model]),
        ],
        env: agentEnvironment({
          ANTHROPIC_API_KEY: standInKey,
          ANTHROPIC_BASE_URL: anthropicBaseInside,
          CLAUDE_CONFIG_DIR: `${inside.home}/.claude`,
          CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
          DISABLE_AUTOUPDATER: "1",
          DISABLE_TELEMETRY: "1",
          DISABLE_ERROR_REPORTING: "1",
          CLAUDE_CODE_MAX_RETRIES: "3",
        }),
        files: [],
      };
    },
    readAnswer: ({ exitCode, stdout, stderr }) => {
      const result = lastResult(stdout);
      if (result === null)
        return {
          kind: "failed",
          code: "AGENT_FAILED",
          because: `Claude Code ended with ${exitCode} and no result. ${lastWords(stderr)}`,
          usage: noUsage,
        };
      const usage = usageIn(result);
      const failed = (because: string): AgentWords => ({ kind: "failed", code: "AGENT_FAILED", because, usage });
      const words = typeof result.result === "string" ? result.result : "";
      // Its subtype says "success" also when it could not reach the model.
      if (result.is_error !== false) return failed(`Claude Code failed. ${words}`);
      if (result.subtype !== "success") return failed(`Claude Code stopped: ${String(result.subtype)}.`);
      if (exitCode !== 0) return failed(`Claude Code ended with ${exitCode}. ${words}`);
      return {
        kind: "answered",
        text: result.structured_output === undefined ? words : JSON.stringify(result.structured_output),
        usage,
      };
    },
  };
}

type ClaudeResult = {
  type?: string;
  subtype?: unknown;
  is_error?: unknown;
  result?: unknown;
  structured_output?: unknown;
  usage?: {
    input_tokens?: number;
    cache_read_input_tokens?: number;
    cache_creation_input_tokens?: number;
    output_tokens?: number;
  };
  modelUsage?: Record<string, unknown>;
};

function lastResult(stdout: string): ClaudeResult | null {
  for (const line of stdout.trim().split("\n").toReversed()) {
    try {
      const event = JSON.parse(line) as ClaudeResult;
      if (event.type === "result") return event;
    } catch {
      continue;
    }
  }
  return null;
}

/** It names a cost itself, but by a list of prices that we do not know. */
function usageIn({ usage, modelUsage }: ClaudeResult): AgentUsage {
  if (usage === undefined) return noUsage;
  const cached = usage.cache_read_input_tokens ?? 0;
  return {
    ...noUsage,
    model: Object.keys(modelUsage ?? {})[0] ?? null,
    inputTokens: (usage.input_tokens ?? 0) + cached + (usage.cache_creation_input_tokens ?? 0),
    cachedInputTokens: cached,
    outputTokens: usage.output_tokens ?? 0,
  };
}

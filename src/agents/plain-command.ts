import { agentEnvironment, anthropicBaseInside, openaiBaseInside, standInKey } from "./agent-environment.ts";
import type { Manner } from "./manner.ts";
import { noUsage } from "./model-usage.ts";

/** Any program that reads the prompt on its standard input and writes its answer to its standard output. If there are keys, it finds models where their own libraries look. */
export function plainCommand(options: { args: string[] }): Manner {
  return {
    name: "command",
    usualCommand: null,
    providers: { needed: [], wanted: ["openai", "anthropic"] },
    check: null,
    commandLine: () => ({
      args: options.args,
      env: agentEnvironment({
        OPENAI_API_KEY: standInKey,
        OPENAI_BASE_URL: openaiBaseInside,
        ANTHROPIC_API_KEY: standInKey,
        ANTHROPIC_BASE_URL: anthropicBaseInside,
      }),
      files: [],
    }),
    readAnswer: ({ exitCode, stdout, stderr }) => {
      if (exitCode !== 0)
        return {
          kind: "failed",
          code: "AGENT_FAILED",
          because: `It ended with ${exitCode}. ${lastWords(stderr)}`,
          usage: noUsage,
        };
      return { kind: "answered", text: stdout, usage: noUsage };
    },
  };
}

/** The last line that says something, wholly: it is masked before it is cut. */
export function lastWords(text: string): string {
  return (text.trim().split("\n").at(-1) ?? "").trim();
}

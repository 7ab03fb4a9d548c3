/** The agents that Pullwright can ask: OpenAI's Codex, Anthropic's Claude Code, and any program that reads a prompt and writes an answer. */
export const agentNames = ["codex", "claude", "command"] as const;
export type AgentName = (typeof agentNames)[number];

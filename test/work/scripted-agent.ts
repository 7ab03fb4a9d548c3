import { writeFile } from "node:fs/promises";
import type { Agent, AgentAnswer, AgentQuestion } from "../../src/agents/agent.ts";
import type { AgentUsage } from "../../src/domain/review.ts";

/** A finding as a reviewer writes it; `at` is `path:line` or `path:first-last`. */
export type SaidFinding = {
  title: string;
  at: string;
  body?: string;
  priority?: 0 | 1 | 2 | 3;
  suggestion?: string | null;
  knownId?: string | null;
};

export const someUsage: AgentUsage = {
  model: "stand-in-1",
  inputTokens: 1200,
  cachedInputTokens: 0,
  outputTokens: 80,
  costUsd: 0.01,
};

/** A reviewer that says what the test says. It is asked like any other, and must read the question to answer it. */
export function scriptedAgent(
  answer: (question: AgentQuestion) => AgentAnswer | SaidFinding[] | Promise<AgentAnswer | SaidFinding[]>,
): Agent & { questions: AgentQuestion[] } {
  const questions: AgentQuestion[] = [];
  return {
    name: "codex",
    questions,
    probe: async () => ({ kind: "ready", agent: "codex", version: "0.0.0", warnings: [] }),
    ask: async (question) => {
      questions.push(question);
      await writeFile(question.logPath, "The agent's own words.\n", { mode: 0o600 });
      const said = await answer(question);
      if (!Array.isArray(said)) return said;
      return { kind: "answered", text: answerTo(question.prompt, said), usage: someUsage };
    },
  };
}

/** An answer with the question's own marks, as a reviewer that was held to the schema writes it. */
export function answerTo(prompt: string, findings: SaidFinding[]): string {
  const mark = (name: string): string => new RegExp(`"${name}": "([0-9a-f]+)"`).exec(prompt)?.[1] ?? "";
  const isGrave = findings.some(({ priority = 1 }) => priority <= 1);
  return JSON.stringify({
    schema_version: 1,
    run_nonce: mark("run_nonce"),
    diff_sha256: mark("diff_sha256"),
    findings: findings.map(({ title, at, body = `${title}, because of this.`, priority = 1, suggestion, knownId }) => {
      const [, path = "", first = "1", last = first] = /^(.+):(\d+)(?:-(\d+))?$/.exec(at) ?? [];
      return {
        title,
        body,
        priority,
        confidence_score: 0.9,
        code_location: { absolute_file_path: path, line_range: { start: Number(first), end: Number(last) } },
        suggestion: suggestion ?? null,
        known_id: knownId ?? null,
      };
    }),
    overall_correctness: isGrave ? "patch is incorrect" : "patch is correct",
    overall_explanation: "It was read.",
    overall_confidence_score: 0.9,
  });
}

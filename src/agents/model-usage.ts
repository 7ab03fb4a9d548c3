import type { AgentUsage } from "../domain/review.ts";
import { costOf, type TokensUsed } from "./cost-of.ts";

/** What one answer of a model's provider says that it used. */
export type AnswerUsage = TokensUsed & { model: string | null };

const lineCharactersMax = 8 * 1024 * 1024;

/** Reads an answer as it passes by: an event stream line by line, or one JSON text. Knows what it has seen so far, also of one that is cut off. */
export function createUsageReader(isEventStream: boolean): {
  push: (bytes: Uint8Array) => void;
  end: () => AnswerUsage | null;
} {
  const decoder = new TextDecoder();
  let held = "";
  let seen: AnswerUsage | null = null;
  const take = (text: string): void => {
    try {
      seen = joined(seen, JSON.parse(text) as unknown);
    } catch {
      return;
    }
  };
  return {
    push: (bytes) => {
      held += decoder.decode(bytes, { stream: true });
      if (!isEventStream) {
        if (held.length > lineCharactersMax) held = "";
        return;
      }
      const lines = held.split("\n");
      held = lines.pop() ?? "";
      if (held.length > lineCharactersMax) held = "";
      for (const line of lines) if (line.startsWith("data:") && line.includes("usage")) take(line.slice(5));
    },
    end: () => {
      if (!isEventStream) take(held);
      else if (held.startsWith("data:")) take(held.slice(5));
      return seen;
    },
  };
}

/** OpenAI says all at the end; Anthropic says the input at the beginning, and the output so far again and again. */
function joined(before: AnswerUsage | null, said: unknown): AnswerUsage | null {
  if (!isObject(said)) return before;
  const holder = [said["response"], said["message"], said].find((each) => isObject(each) && isObject(each["usage"]));
  if (!isObject(holder) || !isObject(holder["usage"])) return before;
  const usage = holder["usage"];
  const model = typeof holder["model"] === "string" ? holder["model"] : (before?.model ?? null);
  const isOpenAi = "prompt_tokens" in usage || "input_tokens_details" in usage || "total_tokens" in usage;
  if (isOpenAi) {
    const details = usage["input_tokens_details"] ?? usage["prompt_tokens_details"];
    return {
      model,
      inputTokens: numberAt(usage, "input_tokens") || numberAt(usage, "prompt_tokens"),
      cachedInputTokens: isObject(details) ? numberAt(details, "cached_tokens") : 0,
      cacheWriteTokens: 0,
      outputTokens: numberAt(usage, "output_tokens") || numberAt(usage, "completion_tokens"),
    };
  }
  const cachedInputTokens = numberAt(usage, "cache_read_input_tokens") || (before?.cachedInputTokens ?? 0);
  const cacheWriteTokens = numberAt(usage, "cache_creation_input_tokens") || (before?.cacheWriteTokens ?? 0);
  const plain =
    numberAt(usage, "input_tokens") ||
    (before === null ? 0 : before.inputTokens - before.cachedInputTokens - before.cacheWriteTokens);
  return {
    model,
    cachedInputTokens,
    cacheWriteTokens,
    inputTokens: plain + cachedInputTokens + cacheWriteTokens,
    outputTokens: Math.max(numberAt(usage, "output_tokens"), before?.outputTokens ?? 0),
  };
}

export const noUsage: AgentUsage = {
  model: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  costUsd: null,
};

/** All answers of a run together. Named after the model that wrote the most; the cost is unknown as soon as that of one answer is. */
export function usageOf(answers: AnswerUsage[]): AgentUsage {
  if (answers.length === 0) return noUsage;
  const total = (of: (answer: AnswerUsage) => number): number => answers.reduce((sum, answer) => sum + of(answer), 0);
  const costs = answers.map((answer) => (answer.model === null ? null : costOf(answer.model, answer)));
  const written = new Map<string, number>();
  for (const { model, outputTokens } of answers)
    if (model !== null) written.set(model, (written.get(model) ?? 0) + outputTokens);
  return {
    model: [...written].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null,
    inputTokens: total(({ inputTokens }) => inputTokens),
    cachedInputTokens: total(({ cachedInputTokens }) => cachedInputTokens),
    outputTokens: total(({ outputTokens }) => outputTokens),
    costUsd: costs.reduce<number | null>((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0),
  };
}

function numberAt(object: Record<string, unknown>, name: string): number {
  const value = object[name];
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

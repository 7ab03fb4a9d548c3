import { expect, test } from "vitest";
import { costOf } from "./cost-of.ts";

const used = { inputTokens: 1_000_000, cachedInputTokens: 400_000, cacheWriteTokens: 0, outputTokens: 100_000 };

test("what came out of a cache costs less", () => {
  expect(costOf("gpt-5.3-codex", used)).toBeCloseTo(0.6 * 1.75 + 0.4 * 0.175 + 0.1 * 14);
});

test("what goes into a cache costs more", () => {
  expect(costOf("claude-opus-4-8", { ...used, cacheWriteTokens: 600_000 })).toBeCloseTo(
    0.6 * 6.25 + 0.4 * 0.5 + 0.1 * 25,
  );
});

test("a model's date and its provider's name do not matter", () => {
  expect(costOf("anthropic/claude-sonnet-4-20250514", used)).toBe(costOf("claude-sonnet-4", used));
  expect(costOf("gpt-5-2026-04-01", used)).toBe(costOf("gpt-5", used));
});

test("a long prompt costs what its provider asks for one", () => {
  const short = { inputTokens: 1000, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 1000 };
  expect(costOf("claude-haiku-5-5", short)).toBeCloseTo(0.0006);
  expect(costOf("claude-haiku-5-5", { ...short, inputTokens: 1_000_000 })).toBeCloseTo(5 * 0.1005);
});

test("the cost of a model that nobody has told us of is unknown, not nothing", () => {
  expect(costOf("stub-model", used)).toBeNull();
  expect(costOf("constructor", used)).toBeNull();
});

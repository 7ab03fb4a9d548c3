import rateCard from "./rate-card.json" with { type: "json" };

/** Tokens of one request. */
export type TokensUsed = {
  /** All that went in, what came out of a cache or into one included. */
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
};

/** US dollars per million tokens. */
type Rate = {
  input: number;
  cachedInput: number;
  cacheWrite?: number;
  output: number;
  /** A request with a longer prompt than this costs so many times as much, wholly. */
  longPrompt?: { aboveTokens: number; inputTimes: number; outputTimes: number };
};

const rates = new Map<string, Rate>(Object.entries(rateCard.models));

/** What it costs in US dollars by the rate card; null for a model that is not in it, which is not the same as nothing. */
export function costOf(model: string, used: TokensUsed): number | null {
  const rate = rates.get(plainModel(model));
  if (rate === undefined) return null;
  const plainTokens = Math.max(0, used.inputTokens - used.cachedInputTokens - used.cacheWriteTokens);
  const isLong = rate.longPrompt !== undefined && used.inputTokens > rate.longPrompt.aboveTokens;
  const [inputTimes, outputTimes] = isLong
    ? [rate.longPrompt?.inputTimes ?? 1, rate.longPrompt?.outputTimes ?? 1]
    : [1, 1];
  const input =
    plainTokens * rate.input +
    used.cachedInputTokens * rate.cachedInput +
    used.cacheWriteTokens * (rate.cacheWrite ?? rate.input);
  return (inputTimes * input + outputTimes * used.outputTokens * rate.output) / 1_000_000;
}

/** Without the provider's name before it, and without the date or the mark of a long context behind it: `anthropic/claude-sonnet-4-20250514` is `claude-sonnet-4`. */
function plainModel(model: string): string {
  return model
    .toLowerCase()
    .replace(/^(openai|anthropic)\//, "")
    .replace(/\[1m\]$/, "")
    .replace(/-(\d{8}|\d{4}-\d{2}-\d{2}|latest)$/, "");
}

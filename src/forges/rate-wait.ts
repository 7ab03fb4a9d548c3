/** How long the forge wants to be left alone after it refused a request, between a second and an hour. `strikes`: how often in a row it did so before. */
export function rateWaitMs(headers: Headers, nowMs: number, strikes: number): number {
  const named = namedWaitMs(headers, nowMs);
  // A forge that names a second again and again is not asked every second.
  const fallback = fallbackMs * 2 ** Math.min(strikes, doublingsMax);
  return clamp(named === null ? fallback : strikes < strikesBelieved ? named : Math.max(named, fallback));
}

/** When an answer that is otherwise good says that it was the last one: how long until the next. Null when more may follow. */
export function exhaustedWaitMs(headers: Headers, nowMs: number): number | null {
  const waitMs = isExhausted(headers) ? untilResetMs(headers, nowMs) : null;
  return waitMs === null ? null : clamp(waitMs);
}

/** `x-ratelimit-remaining: 0` on GitHub, `ratelimit-remaining: 0` on GitLab. */
export function isExhausted(headers: Headers): boolean {
  return eitherOf(headers, "ratelimit-remaining") === "0";
}

const fallbackMs = 60_000;
const doublingsMax = 6;
const strikesBelieved = 2;

function clamp(waitMs: number): number {
  return Math.min(Math.max(waitMs, 1000), 3_600_000);
}

function namedWaitMs(headers: Headers, nowMs: number): number | null {
  const retryAfter = headers.get("retry-after");
  if (retryAfter !== null) return retryAfterMs(retryAfter.trim(), forgeNowMs(headers, nowMs)) ?? fallbackMs;
  return isExhausted(headers) ? untilResetMs(headers, nowMs) : null;
}

/** Seconds or a date (RFC 9110). Null when it is neither. */
function retryAfterMs(text: string, forgeMs: number): number | null {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at - forgeMs;
}

/** The second after the window. Null when the forge does not say when. */
function untilResetMs(headers: Headers, nowMs: number): number | null {
  const reset = eitherOf(headers, "ratelimit-reset");
  if (reset === null || !/^\d{9,11}$/.test(reset)) return null;
  return Number(reset) * 1000 + 1000 - forgeNowMs(headers, nowMs);
}

/** The forge counts by its own clock, which may not be ours. */
function forgeNowMs(headers: Headers, nowMs: number): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? nowMs : date;
}

function eitherOf(headers: Headers, name: string): string | null {
  return headers.get(`x-${name}`) ?? headers.get(name);
}

/** No forge names more than an hour. A time beyond was written before the clock was set back, and would hold everything up. */
const waitMsMax = 3_600_000 + 60_000;

/** A time until which to wait, as it was stored: it holds, unless it lies so far ahead that our clock must have been another's then. */
export function heeded(untilMs: number, nowMs: number): number {
  return untilMs > nowMs + waitMsMax ? -Infinity : untilMs;
}

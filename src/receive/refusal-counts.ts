import type { Instant } from "../domain/clock.ts";
import type { ErrorCode } from "../domain/error.ts";

/** What was refused, by source and reason, for as long as an hour. Nothing of the requests is kept: they proved nothing. */
export type RefusalCounts = {
  add: (refusal: { source: string; code: ErrorCode; at: Instant }) => void;
  of: (source: string) => { code: ErrorCode; count: number; lastAt: Instant }[];
};

const minutesKept = 60;
/** Names come from paths, so a stranger may invent them: beyond this many they count together. */
const sourcesMax = 100;

export function createRefusalCounts(now: () => Date): RefusalCounts {
  const perMinute = new Map<string, Map<ErrorCode, { minutes: Map<number, number>; lastAt: Instant }>>();
  return {
    add: ({ source, code, at }) => {
      const name = perMinute.has(source) || perMinute.size < sourcesMax ? source : "(others)";
      const codes = perMinute.get(name) ?? new Map<ErrorCode, { minutes: Map<number, number>; lastAt: Instant }>();
      perMinute.set(name, codes);
      const entry = codes.get(code) ?? { minutes: new Map<number, number>(), lastAt: at };
      codes.set(code, entry);
      const minute = Math.floor(Date.parse(at) / 60_000);
      entry.minutes.set(minute, (entry.minutes.get(minute) ?? 0) + 1);
      entry.lastAt = at;
      for (const old of entry.minutes.keys()) if (old <= minute - minutesKept) entry.minutes.delete(old);
    },
    of: (source) => {
      const oldest = Math.floor(now().getTime() / 60_000) - minutesKept;
      return [...(perMinute.get(source) ?? [])].flatMap(([code, { minutes, lastAt }]) => {
        const count = [...minutes].reduce((sum, [minute, n]) => (minute > oldest ? sum + n : sum), 0);
        return count === 0 ? [] : [{ code, count, lastAt }];
      });
    },
  };
}

import { useQuery, type QueryClient } from "@tanstack/react-query";
import type { EventRow } from "../api/events.ts";
import { readRecordListPage } from "../api/record-list.ts";

/** The feed's place in the query cache: the newest events first. */
export const feedQueryKey = ["events", "feed"] as const;

/** How many events the feed keeps. */
export const feedRowsMax = 100;

/** The newest events. What the live stream adds while an answer is on its way is kept. */
export function useFeed(queries: QueryClient) {
  return useQuery({
    queryKey: feedQueryKey,
    queryFn: async ({ signal }) => {
      const page = await readRecordListPage<EventRow>("events", { limit: String(feedRowsMax) }, signal);
      return mergedFeed(queries.getQueryData<EventRow[]>(feedQueryKey) ?? [], page.data);
    },
  });
}

/** Adds what the live stream brought. Before the feed was first read there is nothing to add to, and it is read again. */
export function addToFeed(queries: QueryClient, arrived: EventRow[]): void {
  const known = queries.getQueryData<EventRow[]>(feedQueryKey);
  if (known === undefined) void queries.invalidateQueries({ queryKey: feedQueryKey });
  else queries.setQueryData<EventRow[]>(feedQueryKey, mergedFeed(known, arrived));
}

/** Both lists as one, newest first, each event once. */
export function mergedFeed(known: EventRow[], arrived: EventRow[]): EventRow[] {
  const byId = new Map([...known, ...arrived].map((event) => [event.id, event]));
  return [...byId.values()].toSorted(newestFirst).slice(0, feedRowsMax);
}

function newestFirst(one: EventRow, other: EventRow): number {
  if (one.recorded_at !== other.recorded_at) return one.recorded_at < other.recorded_at ? 1 : -1;
  return other.id - one.id;
}

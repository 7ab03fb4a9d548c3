import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import type { EventRow } from "../api/events.ts";
import { addToFeed, feedQueryKey } from "./feed.ts";
import { gatherChanges } from "./gather-changes.ts";
import { listenLive, type Connection } from "./live-stream.ts";

const refetchIntervalMs = 500;
const feedIntervalMs = 200;

/** What else is out of date when a topic of the stream is; a topic that is a list's own name needs no mention. */
const alsoTouched: Record<string, string[]> = {
  // The activity has no topic of its own: it is made of events and of deliveries that became none.
  deliveries: ["activity"],
  work: ["workflows", "commands", "audit", "reviews"],
};

const ConnectionContext = createContext<Connection>("connecting");

/** How the live stream is doing. */
export function useConnection(): Connection {
  return useContext(ConnectionContext);
}

/** Keeps everything below it up to date: new events go into the feed, and what changed is fetched again, at most twice a second. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => keepUpToDate(queries, setConnection), [queries]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
}

function keepUpToDate(queries: QueryClient, onConnection: (connection: Connection) => void): () => void {
  const changes = gatherChanges<string>(refetchIntervalMs, (topics) => refetch(queries, topics), {
    later,
    ready: () => queries.isFetching() === 0,
  });
  const feed = gatherChanges<EventRow>(feedIntervalMs, (events) => addToFeed(queries, [...events]), {
    later,
    ready: () => true,
  });

  const stopListening = listenLive(
    "/api/v1/events",
    {
      onConnection,
      onEvent: (event) => {
        feed.add([event]);
        changes.add(["status", "activity"]);
      },
      onChanged: (topics) => changes.add(topics.flatMap((topic) => [topic, ...(alsoTouched[topic] ?? [])])),
      onResumed: () => void queries.invalidateQueries(),
    },
    { open: (url) => new EventSource(url), later },
  );
  return () => {
    stopListening();
    changes.stop();
    feed.stop();
  };
}

/** The feed is left out: it is told every event itself. */
function refetch(queries: QueryClient, topics: Set<string>): void {
  void queries.invalidateQueries({
    predicate: ({ queryKey }) => topics.has(String(queryKey[0])) && queryKey[1] !== feedQueryKey[1],
  });
}

function later(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}

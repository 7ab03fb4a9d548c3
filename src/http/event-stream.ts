import type { ServerResponse } from "node:http";
import type { z } from "zod";
import type { eventRow } from "../operations/events.ts";

type EventRow = z.output<typeof eventRow>;

/** The live stream: who listens, and how far each has heard. */
export type EventStream = {
  /** Takes over the response. `after` is where the listener left off; undefined means from now on. */
  add: (response: ServerResponse, after: number | undefined) => Promise<void>;
  /** Something changed: listeners are told what to fetch again, and get the new events. */
  changed: (topics: string[]) => void;
  listeners: () => number;
  close: () => void;
};

export type EventStreamDeps = {
  lastEventId: () => Promise<number>;
  eventsAfter: (id: number, limit: number) => Promise<EventRow[]>;
  onError: (error: unknown) => void;
};

const listenersMax = 200;
const unreadBytesMax = 1024 * 1024;
const enoughToReadBytes = 256 * 1024;
const pageMax = 200;
/** How often the store is asked although nobody said anything: another process may write to it too. */
const lookMs = 1000;
const heartbeatMs = 15_000;
/** Nudges within this time become one. */
const gatherMs = 100;

export function createEventStream(deps: EventStreamDeps): EventStream {
  const heard = new Map<ServerResponse, number>();
  const topics = new Set<string>();
  let gathering: NodeJS.Timeout | undefined;
  let telling = false;

  const look = setInterval(() => void tell(), lookMs);
  const heartbeat = setInterval(() => {
    // A message and no comment: a page does not see comments, and must know a silent stream from a dead one.
    for (const response of heard.keys()) write(response, "event: heartbeat\ndata: {}\n\n");
  }, heartbeatMs);
  look.unref();
  heartbeat.unref();

  async function tell(): Promise<void> {
    if (telling || heard.size === 0) return;
    telling = true;
    try {
      const nudge = topics.size === 0 ? null : `event: changed\ndata: ${JSON.stringify({ topics: [...topics] })}\n\n`;
      topics.clear();
      for (const response of heard.keys()) {
        const count = await tellEvents(response);
        const told =
          nudge ??
          (count > 0
            ? `event: changed\ndata: {"topics":["events","deliveries","prs","runs","work","status"]}\n\n`
            : "");
        if (told !== "") write(response, told);
      }
    } catch (error) {
      deps.onError(error);
    } finally {
      telling = false;
    }
  }

  /** Page by page to the newest, or until the listener has enough to read; the next look goes on from there. Who has gone meanwhile stays forgotten. */
  async function tellEvents(response: ServerResponse): Promise<number> {
    let count = 0;
    for (let after = heard.get(response); after !== undefined; after = heard.get(response)) {
      const events = await deps.eventsAfter(after, pageMax);
      const last = events.at(-1);
      if (last === undefined || !heard.has(response)) break;
      heard.set(response, last.id);
      write(
        response,
        events.map((event) => `id: ${event.id}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`).join(""),
      );
      count += events.length;
      if (events.length < pageMax || response.writableLength > enoughToReadBytes) break;
    }
    return count;
  }

  /** A listener that does not read is let go; it comes back with the id of what it heard last. */
  function write(response: ServerResponse, text: string): void {
    if (response.writableLength > unreadBytesMax) response.destroy();
    else response.write(text);
  }

  return {
    add: async (response, after) => {
      if (heard.size >= listenersMax) {
        response.writeHead(503, { "retry-after": "30", "content-length": "0" }).end();
        return;
      }
      // An id from before the store was replaced by a younger one would otherwise hear nothing for a long time.
      const newest = await deps.lastEventId();
      const start = after === undefined || after > newest ? newest : after;
      if (response.destroyed) return;
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        connection: "keep-alive",
      });
      response.write("retry: 2000\n\n");
      heard.set(response, start);
      response.on("close", () => heard.delete(response));
      await tell();
    },
    changed: (what) => {
      for (const topic of what) topics.add(topic);
      if (gathering !== undefined) return;
      gathering = setTimeout(() => {
        gathering = undefined;
        void tell();
      }, gatherMs);
      gathering.unref();
    },
    listeners: () => heard.size,
    close: () => {
      clearInterval(look);
      clearInterval(heartbeat);
      clearTimeout(gathering);
      for (const response of heard.keys()) response.end();
      heard.clear();
    },
  };
}

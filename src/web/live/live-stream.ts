import type { EventRow } from "../api/events.ts";

/** `connecting` until the first answer, `reconnecting` after a connection was lost. */
export type Connection = "connecting" | "live" | "reconnecting";

export type LiveStreamListener = {
  onConnection: (connection: Connection) => void;
  onEvent: (event: EventRow) => void;
  onChanged: (topics: string[]) => void;
  /** The connection is back after a gap in which nudges may have been missed. */
  onResumed: () => void;
};

export type LiveStreamDeps = {
  /** The browser's EventSource, or a stand-in. */
  open: (url: string) => EventSource;
  later: (run: () => void, delayMs: number) => () => void;
};

const reopenDelaysMs = [1_000, 2_000, 5_000, 10_000, 30_000];

/** The service says every 15 seconds that it is there; who misses three of them hears nobody. */
const silentMsMax = 45_000;

/**
 * Listens to the service's live stream and keeps listening. A browser reconnects by itself after a broken connection but gives up after an
 * error answer (a restart behind a proxy, a lost session), and does not notice a connection that has died without a word (a laptop that
 * slept, a network that was left); then this opens a new one, after errors later each time.
 * Returns how to stop.
 */
export function listenLive(url: string, listener: LiveStreamListener, deps: LiveStreamDeps): () => void {
  let source: EventSource;
  let callOff: (() => void) | null = null;
  let failures = 0;
  let wasLive = false;

  open();
  return () => {
    callOff?.();
    source.close();
  };

  function open(): void {
    source = deps.open(url);
    heard();
    source.addEventListener("heartbeat", heard);
    source.addEventListener("open", () => {
      heard();
      failures = 0;
      listener.onConnection("live");
      if (wasLive) listener.onResumed();
      wasLive = true;
    });
    source.addEventListener("error", () => {
      listener.onConnection(wasLive ? "reconnecting" : "connecting");
      if (source.readyState !== sourceClosed) return;
      const delayMs = reopenDelaysMs[Math.min(failures, reopenDelaysMs.length - 1)] ?? 0;
      failures += 1;
      callOff?.();
      callOff = deps.later(open, delayMs);
    });
    source.addEventListener("event", (message: MessageEvent<string>) => {
      heard();
      const event = parsed(message.data) as EventRow | null;
      if (event !== null) listener.onEvent(event);
    });
    source.addEventListener("changed", (message: MessageEvent<string>) => {
      heard();
      const changed = parsed(message.data) as { topics?: string[] } | null;
      if (Array.isArray(changed?.topics)) listener.onChanged(changed.topics);
    });
  }

  /** Every word starts the wait for the next anew. */
  function heard(): void {
    callOff?.();
    callOff = deps.later(openAnother, silentMsMax);
  }

  function openAnother(): void {
    source.close();
    listener.onConnection(wasLive ? "reconnecting" : "connecting");
    open();
  }
}

/** `EventSource.CLOSED`, which a test's runtime need not have. */
const sourceClosed = 2;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

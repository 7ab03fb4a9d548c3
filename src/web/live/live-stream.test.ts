import { expect, test } from "vitest";
import { listenLive, type Connection } from "./live-stream.ts";

test("the page is live once the stream is open, and hears events and changes", () => {
  const stream = listening();

  stream.latest().emit("open");
  stream.latest().emit("event", JSON.stringify({ id: 7, summary: "acme/web#7 was opened" }));
  stream.latest().emit("changed", JSON.stringify({ topics: ["prs", "status"] }));

  expect(stream.connections).toEqual(["live"]);
  expect(stream.heard).toEqual(["event 7", "changed prs,status"]);
});

test("a broken connection is left to the browser, and its return refetches what may have been missed", () => {
  const stream = listening();
  stream.latest().emit("open");

  stream.latest().emit("error");
  stream.latest().emit("open");

  expect(stream.connections).toEqual(["live", "reconnecting", "live"]);
  expect(stream.heard).toEqual(["resumed"]);
  expect(stream.sources).toHaveLength(1);
});

test("a stream that the browser gave up is opened again", () => {
  const stream = listening();
  stream.latest().emit("open");

  stream.latest().readyState = 2;
  stream.latest().emit("error");
  stream.pass(1_000);
  stream.latest().emit("open");

  expect(stream.sources).toHaveLength(2);
  expect(stream.connections).toEqual(["live", "reconnecting", "live"]);
});

test("a stream that says nothing for 45 seconds is given up, and another is opened", () => {
  const stream = listening();
  stream.latest().emit("open");

  stream.pass(44_999);
  expect(stream.sources).toHaveLength(1);
  stream.pass(1);
  expect(stream.sources.map(({ closed }) => closed)).toEqual([true, false]);
  stream.latest().emit("open");

  expect(stream.connections).toEqual(["live", "reconnecting", "live"]);
  expect(stream.heard).toEqual(["resumed"]);
});

test("a stream that says every 15 seconds that it is there is kept, however quiet it is", () => {
  const stream = listening();
  stream.latest().emit("open");

  for (let minute = 0; minute < 60; minute += 1) {
    for (let quarter = 0; quarter < 4; quarter += 1) {
      stream.pass(15_000);
      stream.latest().emit("heartbeat", "{}");
    }
  }

  expect(stream.sources).toHaveLength(1);
  expect(stream.connections).toEqual(["live"]);
  expect(stream.heard).toEqual([]);
});

test.each(["event", "changed", "heartbeat"])("each %s is a sign of life", (name) => {
  const stream = listening();
  stream.latest().emit("open");

  stream.pass(44_000);
  stream.latest().emit(name, "{}");
  stream.pass(44_000);

  expect(stream.sources).toHaveLength(1);
});

test("a connection that nobody answers is tried anew", () => {
  const stream = listening();

  stream.pass(45_000);

  expect(stream.sources.map(({ closed }) => closed)).toEqual([true, false]);
  expect(stream.connections).toEqual(["connecting"]);
});

test("a message that is not JSON is passed over", () => {
  const stream = listening();

  stream.latest().emit("event", "{");
  stream.latest().emit("changed", '{"topics":"prs"}');

  expect(stream.heard).toEqual([]);
});

test("a stopped stream is closed and stays closed", () => {
  const stream = listening();
  stream.latest().readyState = 2;
  stream.latest().emit("error");

  stream.stop();
  stream.pass(3_600_000);

  expect(stream.latest().closed).toBe(true);
  expect(stream.sources).toHaveLength(1);
});

class FakeSource {
  readyState = 0;
  closed = false;
  private readonly handlers = new Map<string, (message: { data?: string }) => void>();
  addEventListener(name: string, handler: (message: { data?: string }) => void): void {
    this.handlers.set(name, handler);
  }
  emit(name: string, data?: string): void {
    this.handlers.get(name)?.(data === undefined ? {} : { data });
  }
  close(): void {
    this.closed = true;
  }
}

/** A listener whose time passes when the test says so. */
function listening() {
  const sources: FakeSource[] = [];
  const connections: Connection[] = [];
  const heard: string[] = [];
  let nowMs = 0;
  let waiting: { atMs: number; run: () => void }[] = [];
  const stop = listenLive(
    "/api/v1/events",
    {
      onConnection: (connection) => connections.push(connection),
      onEvent: (event) => heard.push(`event ${event.id}`),
      onChanged: (topics) => heard.push(`changed ${topics.join(",")}`),
      onResumed: () => heard.push("resumed"),
    },
    {
      open: () => {
        const source = new FakeSource();
        sources.push(source);
        return source as unknown as EventSource;
      },
      later: (run, delayMs) => {
        const one = { atMs: nowMs + delayMs, run };
        waiting.push(one);
        return () => (waiting = waiting.filter((other) => other !== one));
      },
    },
  );
  return {
    sources,
    connections,
    heard,
    stop,
    latest: () => sources.at(-1)!,
    pass: (ms: number) => {
      nowMs += ms;
      const due = waiting.filter(({ atMs }) => atMs <= nowMs);
      waiting = waiting.filter(({ atMs }) => atMs > nowMs);
      for (const { run } of due) run();
    },
  };
}

import { createServer, request, type Server } from "node:http";
import { once } from "node:events";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createEventStream, type EventStream, type EventStreamDeps } from "../../src/http/event-stream.ts";
import { openEventStream, type StreamMessage } from "../support/event-stream-client.ts";
import { githubPullRequest } from "../support/sample-payloads.ts";
import { startTestService, type TestService } from "../support/service.ts";

describe("the live stream of a service", () => {
  test("tells of a change within the moment, and which lists to fetch again", async () => {
    await using service = await startTestService();
    await using stream = await listenTo(service);

    await service.send("github", "pull_request", githubPullRequest({ number: 3 }));
    const event = await stream.until((message) => message.event === "event");
    const changed = await stream.until((message) => message.event === "changed" && topicsOf(message).includes("prs"));

    expect(stream.status).toBe(200);
    expect(stream.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
    expect(stream.headers["cache-control"]).toBe("no-store");
    expect(stream.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(event.data).toMatchObject({ id: event.id, kind: "github.pull_request.opened", subject_ref: "3" });
    expect(topicsOf(changed)).toEqual(expect.arrayContaining(["events", "prs"]));
  });

  test("goes on where a listener left off, over a restart too, without a gap and without a repeat", async () => {
    await using service = await startTestService();
    const heard: number[] = [];
    let last = 0;
    for (const [round, restart] of [false, true, false].entries()) {
      await sendPullRequests(service, round * 100 + 1, 30);
      const stream = await listenTo(service, { "last-event-id": String(last) });
      // Cut off in the middle, as a laptop's lid would.
      const cut = await stream.until(
        (message) => message.event === "event" && message.id !== null && message.id >= last + 20,
      );
      stream.close();
      heard.push(...idsOf(stream.messages).filter((id) => id <= (cut.id ?? 0)));
      last = heard.at(-1) ?? 0;
      if (restart) await service.restart();
    }
    await service.digested();
    const all = (await service.get("/api/v1/events?limit=200"))
      .json()
      .data.map((event: { id: number }) => event.id)
      .toSorted((a: number, b: number) => a - b) as number[];
    await using rest = await listenTo(service, { "last-event-id": String(last) });
    await rest.until((message) => message.id === all.at(-1));
    heard.push(...idsOf(rest.messages));

    expect(all).toHaveLength(90);
    expect(heard).toEqual(all);
  });

  test("starts with what comes next when it is told nothing, nonsense, or an id that has not been yet", async () => {
    await using service = await startTestService();
    await sendPullRequests(service, 1, 5);
    await service.digested();

    for (const [index, headers] of [
      {},
      { "last-event-id": "abc" },
      { "last-event-id": "-1" },
      { "last-event-id": "99999999999999" },
      { "last-event-id": "9".repeat(40) },
    ].entries()) {
      await using stream = await listenTo(service, headers);
      await service.send("github", "pull_request", githubPullRequest({ number: 100 + index }));
      const first = await stream.until((message) => message.event === "event");
      expect(first.data).toMatchObject({ subject_ref: String(100 + index) });
    }
  });

  test("tells a listener that comes late everything at once, not a page a second", async () => {
    await using service = await startTestService();
    for (let from = 1; from <= 900; from += 100) await sendPullRequests(service, from, 100);
    await service.digested();

    await using stream = await listenTo(service, { "last-event-id": "0" });
    const begun = performance.now();
    await stream.until((message) => message.id === 900);

    expect(idsOf(stream.messages)).toEqual(Array.from({ length: 900 }, (_, index) => index + 1));
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});

describe("a stream behind a real socket", () => {
  const open: { server: Server; stream: EventStream }[] = [];

  afterEach(async () => {
    vi.useRealTimers();
    for (const { server, stream } of open.splice(0)) {
      stream.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    }
  });

  async function serve(
    deps: Partial<EventStreamDeps>,
  ): Promise<{ url: string; stream: EventStream; held: () => number }> {
    const stream = createEventStream({
      lastEventId: async () => 1_000_000,
      eventsAfter: async () => [],
      onError: () => {},
      ...deps,
    });
    const responses: { writableLength: number; destroyed: boolean }[] = [];
    const server = createServer((_request, response) => {
      responses.push(response);
      void stream.add(response, 0);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    open.push({ server, stream });
    return {
      url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
      stream,
      held: () => responses.reduce((sum, response) => sum + (response.destroyed ? 0 : response.writableLength), 0),
    };
  }

  test("shows every fifteen seconds that it is alive", async () => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    const { url } = await serve({});
    await using client = await openEventStream(url, {});

    vi.advanceTimersByTime(14_999);
    expect(client.messages).toEqual([]);
    vi.advanceTimersByTime(15_002);

    // A message, which a page hears; a comment it would not.
    await vi.waitFor(() => expect(client.messages.map(({ event }) => event)).toEqual(["heartbeat", "heartbeat"]));
  });

  test("lets a listener go that does not read, before it costs memory", async () => {
    let newest = 0;
    const summary = "x".repeat(20_000);
    const eventsAfter: EventStreamDeps["eventsAfter"] = async (after, limit) =>
      Array.from({ length: Math.min(limit, newest - after) }, (_, index) => ({
        id: after + index + 1,
        delivery_id: 1,
        kind: "github.pull_request.opened",
        repository_id: 1,
        repo_slug: "acme/web",
        subject_kind: "pull-request",
        subject_ref: "1",
        commit_sha: null,
        actor: null,
        actor_id: null,
        occurred_at: "",
        recorded_at: "",
        summary,
      }));
    const { url, stream, held } = await serve({ eventsAfter });
    const deaf = request(`${url}/api/v1/events`, { agent: false }, (answer) => answer.pause());
    deaf.on("error", () => {});
    deaf.end();
    await using reader = await openEventStream(url, {});
    await vi.waitFor(() => expect(stream.listeners()).toBe(2));

    let heldMax = 0;
    // 100 pages of 400 KB: far more than the kernel's buffers take.
    while (stream.listeners() === 2 && newest < 2000) {
      newest += 20;
      stream.changed(["events"]);
      const id = newest;
      await reader.until((message) => message.id === id);
      heldMax = Math.max(heldMax, held());
    }

    expect(stream.listeners()).toBe(1);
    expect(heldMax).toBeLessThan(4 * 1024 * 1024);
    expect(idsOf(reader.messages)).toEqual(Array.from({ length: newest }, (_, index) => index + 1));
  });

  test("forgets a listener that goes while the store is asked", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const event = {
      id: 1,
      delivery_id: 1,
      kind: "k",
      repository_id: null,
      repo_slug: null,
      subject_kind: "commit",
      subject_ref: "1",
      commit_sha: null,
      actor: null,
      actor_id: null,
      occurred_at: "",
      recorded_at: "",
      summary: "",
    };
    const { url, stream } = await serve({
      eventsAfter: async () => {
        asked.resolve();
        await answer.promise;
        return [event];
      },
    });
    const client = await openEventStream(url, {});
    await asked.promise;

    client.close();
    await vi.waitFor(() => expect(stream.listeners()).toBe(0));
    answer.resolve();
    await new Promise((resolve) => setImmediate(resolve));

    expect(stream.listeners()).toBe(0);
  });

  test("refuses more listeners than it can serve, and says when to come again", async () => {
    const { url, stream } = await serve({});
    const clients = await Promise.all(Array.from({ length: 200 }, () => openEventStream(url, {})));
    await vi.waitFor(() => expect(stream.listeners()).toBe(200));

    await using refused = await openEventStream(url, {});
    await refused.ended;
    for (const client of clients) client.close();

    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "30"]);
    await vi.waitFor(() => expect(stream.listeners()).toBe(0));
  });

  test("goes on when the store could not be asked once", async () => {
    let failures = 1;
    let newest = 0;
    const errors: unknown[] = [];
    const event = {
      delivery_id: 1,
      kind: "k",
      repository_id: null,
      repo_slug: null,
      subject_kind: "commit",
      subject_ref: "1",
      commit_sha: null,
      actor: null,
      actor_id: null,
      occurred_at: "",
      recorded_at: "",
      summary: "",
    };
    const { url, stream } = await serve({
      eventsAfter: async (after) => {
        if (newest > 0 && failures > 0) {
          failures -= 1;
          throw new Error("the disk coughed");
        }
        return after < newest ? [{ id: newest, ...event }] : [];
      },
      onError: (error) => errors.push(error),
    });
    await using client = await openEventStream(url, {});
    await vi.waitFor(() => expect(stream.listeners()).toBe(1));

    newest = 1;
    stream.changed(["events"]);
    await client.until((message) => message.id === 1);

    expect(errors).toHaveLength(1);
  });
});

function listenTo(service: TestService, headers: Record<string, string> = {}) {
  return openEventStream(service.appUrl, { authorization: `Bearer ${service.token}`, ...headers });
}

async function sendPullRequests(service: TestService, from: number, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  for (let at = 0; at < count; at += 25)
    await Promise.all(
      numbers.slice(at, at + 25).map((number) => service.send("github", "pull_request", githubPullRequest({ number }))),
    );
}

function idsOf(messages: StreamMessage[]): number[] {
  return messages.flatMap((message) => (message.event === "event" && message.id !== null ? [message.id] : []));
}

function topicsOf(message: StreamMessage): string[] {
  return (message.data as { topics: string[] }).topics;
}

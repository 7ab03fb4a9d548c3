import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpAnswer } from "../support/http-request.ts";
import { openEventStream } from "../support/event-stream-client.ts";
import { createDatabase } from "../support/postgres.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { post } from "./ask-for-work.ts";

/** Nobody begins it today. */
const tomorrow = { delay_seconds: 86_400 };

describe.each(["sqlite", "postgres"] as const)("on %s", (engine) => {
  let service: TestService;
  let database: Awaited<ReturnType<typeof databaseFor>>;

  beforeAll(async () => {
    database = await databaseFor(engine);
    service = await startTestService(database.options);
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await database.drop();
  });

  describe("a command", () => {
    test("is queued in its work, which is begun when it is not there", async () => {
      const answer = await queue({ workflow_id: "SCRUM-1", repository: "acme/web", payload: { checkout: "/srv/web" } });
      const workflow = (await service.get("/api/v1/workflows/SCRUM-1")).json();
      const command = (await service.get(`/api/v1/commands/${answer.json().id}`)).json();

      expect(answer.status).toBe(202);
      expect(answer.json()).toMatchObject({ state: "queued", attempt: 0, requested_by: "api", paused: false });
      expect(workflow).toMatchObject({ state: "active", checkout_dir: "/srv/web", commands: [answer.json()] });
      expect(workflow.latest_commands).toEqual([{ ...answer.json(), links: [], artifacts: {} }]);
      expect(command).toMatchObject({
        ...answer.json(),
        payload: { repository: "acme/web", checkout: "/srv/web" },
        repository_key: "github:github.com/acme/web",
        history: [{ move: "enqueue", actor: "api" }],
        effects: [],
        remedy: null,
      });
    });

    test("is the same one when the same is asked again before it has ended, and another after that", async () => {
      const first = (await queue({ workflow_id: "SCRUM-2" })).json();
      const again = (await queue({ workflow_id: "SCRUM-2" })).json();
      await post(service, `/commands/${first.id}/cancel`);
      const afterwards = (await queue({ workflow_id: "SCRUM-2" })).json();

      expect(again).toEqual(first);
      expect(afterwards.id).not.toBe(first.id);
      expect(afterwards.state).toBe("queued");
    });

    test("can be cancelled and asked for again, and says what became of it", async () => {
      const { id } = (await queue({ workflow_id: "SCRUM-3" })).json();

      const cancelled = await post(service, `/commands/${id}/cancel`);
      const twice = await post(service, `/commands/${id}/cancel`);
      const retried = await post(service, `/commands/${id}/retry`);
      await post(service, "/workflows/SCRUM-3/pause");
      const detail = (await service.get(`/api/v1/commands/${id}`)).json();

      expect([cancelled.status, cancelled.json().state]).toEqual([202, "cancelled"]);
      expectRefusal(twice, 409, "INVALID_STATE_TRANSITION");
      expect(retried.status).toBe(202);
      expect(detail.history.map(({ move }: { move: string }) => move).slice(0, 3)).toEqual([
        "enqueue",
        "cancel",
        "retry",
      ]);
    });

    test("of a type that nobody here does is refused, and leaves nothing behind", async () => {
      const answer = await queue({ type: "execute_plan", workflow_id: "SCRUM-4" });

      expectRefusal(answer, 422, "WORKER_NOT_CONFIGURED");
      expectRefusal(await service.get("/api/v1/workflows/SCRUM-4"), 404, "RESOURCE_NOT_FOUND");
    });

    test("for a repository at no known forge is refused without a word of what was given", async () => {
      const answer = await queue({ workflow_id: "SCRUM-5", repository: "https://user:hunter2@evil.example/acme/web" });

      expectRefusal(answer, 422, "REPOSITORY_URL_INVALID");
      expect(answer.text).not.toContain("hunter2");
    });
  });

  describe("a piece of work", () => {
    test("is begun once, however often it is asked for", async () => {
      const plan = { workflow_id: "SCRUM-10", title: "Sign-in that lasts", repository: "acme/web", plan: "Do it." };

      const first = await post(service, "/workflows", plan);
      const again = await post(service, "/workflows", { ...plan, title: "Another title" });

      expect(first.status).toBe(202);
      expect(first.json()).toMatchObject({
        id: "SCRUM-10",
        title: "Sign-in that lasts",
        // Nobody said that it is to be executed: the plan is kept, and waits for that word.
        state: "paused",
        commands: [{ type: "execute_plan", state: "queued", paused: true }],
      });
      expect(again.json()).toEqual(first.json());
    });

    test("without a name gets one, the same for the same request", async () => {
      const first = await post(service, "/workflows", { plan: "Tidy up." });
      const again = await post(service, "/workflows", { plan: "Tidy up." });
      const other = await post(service, "/workflows", { plan: "Tidy up more." });

      expect(first.json().id).toMatch(/^work-[0-9a-f]{12}$/);
      expect(again.json().id).toBe(first.json().id);
      expect(other.json().id).not.toBe(first.json().id);
    });

    test("of the same name in another repository is another one", async () => {
      const one = await post(service, "/workflows", { workflow_id: "SCRUM-11", repository: "acme/web" });
      const other = await post(service, "/workflows", { workflow_id: "SCRUM-11", repository: "acme/api" });

      expect(one.json().id).toBe("SCRUM-11");
      expect(other.json().id).toMatch(/^SCRUM-11-[0-9a-f]{8}$/);
    });

    test("gets an id that can name a folder, whatever it is called", async () => {
      const { id } = (await post(service, "/workflows", { workflow_id: "../../etc/passwd" })).json();

      expect(id).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
      expect((await service.get(`/api/v1/workflows/${id}`)).status).toBe(200);
    });

    test("is held, let go, cancelled and taken up again, and its commands with it", async () => {
      const { id } = (await queue({ workflow_id: "SCRUM-12" })).json();
      const standing = async (act: string) => {
        const { status, json } = await post(service, `/workflows/SCRUM-12/${act}`);
        const [command] = json().commands;
        return [status, json().state, command.id, command.state, command.paused];
      };

      expect(await standing("pause")).toEqual([200, "paused", id, "queued", true]);
      expect(await standing("resume")).toEqual([200, "active", id, "queued", false]);
      expect(await standing("cancel")).toEqual([202, "cancelled", id, "cancelled", false]);
      // Held first, so that no worker is faster than the test.
      expectRefusal(await post(service, "/workflows/SCRUM-12/pause"), 409, "INVALID_STATE_TRANSITION");
      expect((await standing("retry")).slice(0, 3)).toEqual([202, "active", id]);
    });

    test("refuses what its state does not allow, and says which state that is", async () => {
      await post(service, "/workflows", { workflow_id: "SCRUM-13" });

      const resumed = await post(service, "/workflows/SCRUM-13/resume");
      const retried = await post(service, "/workflows/SCRUM-13/retry");

      expectRefusal(resumed, 409, "INVALID_STATE_TRANSITION");
      expectRefusal(retried, 409, "INVALID_STATE_TRANSITION");
      expect(resumed.json().detail.message).toBe("Workflow SCRUM-13 is active; paused ones can be resumed.");
    });

    test("whose plan is to be executed needs somebody who does that", async () => {
      const answer = await post(service, "/workflows", { workflow_id: "SCRUM-14", plan: "Do it.", execute: true });

      expectRefusal(answer, 422, "WORKER_NOT_CONFIGURED");
      expectRefusal(await service.get("/api/v1/workflows/SCRUM-14"), 404, "RESOURCE_NOT_FOUND");
    });
  });

  describe("an Idempotency-Key", () => {
    test("makes a repeat the same request: one command, one answer, also after more has happened", async () => {
      const key = { "idempotency-key": "11111111-aaaa" };
      const body = { type: "create_pull_request", workflow_id: "KEY-1", ...tomorrow };

      const first = await post(service, "/commands", body, key);
      await post(service, `/commands/${first.json().id}/cancel`);
      const again = await post(service, "/commands", body, key);

      expect([again.status, again.json()]).toEqual([202, first.json()]);
      expect((await service.get("/api/v1/commands?workflow_id=KEY-1")).headers["x-total-count"]).toBe("1");
    });

    test("with another request is refused, and nothing is done", async () => {
      const key = { "idempotency-key": "22222222-bbbb" };
      await post(service, "/workflows", { workflow_id: "KEY-2" }, key);

      const otherBody = await post(service, "/workflows", { workflow_id: "KEY-3" }, key);
      const otherRoute = await post(service, "/workflows/KEY-2/pause", undefined, key);

      expectRefusal(otherBody, 422, "IDEMPOTENCY_KEY_REUSED");
      expectRefusal(otherRoute, 422, "IDEMPOTENCY_KEY_REUSED");
      expectRefusal(await service.get("/api/v1/workflows/KEY-3"), 404, "RESOURCE_NOT_FOUND");
      expect((await service.get("/api/v1/workflows/KEY-2")).json().state).toBe("active");
    });

    test("holds for requests that come at once: one command, one answer", async () => {
      const key = { "idempotency-key": "33333333-cccc" };
      const body = { type: "create_pull_request", workflow_id: "KEY-4", ...tomorrow };

      const answers = await Promise.all(Array.from({ length: 10 }, () => post(service, "/commands", body, key)));

      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await service.get("/api/v1/commands?workflow_id=KEY-4")).headers["x-total-count"]).toBe("1");
    });

    test("of a request that was refused is free for another try", async () => {
      const key = { "idempotency-key": "44444444-dddd" };
      const refused = await post(service, "/workflows/KEY-5/pause", undefined, key);
      await post(service, "/workflows", { workflow_id: "KEY-5" });

      const again = await post(service, "/workflows/KEY-5/pause", undefined, key);

      expectRefusal(refused, 404, "RESOURCE_NOT_FOUND");
      expect([again.status, again.json().state]).toEqual([200, "paused"]);
    });

    test("makes a repeated act what it was, not a refusal", async () => {
      const key = { "idempotency-key": "55555555-eeee" };
      await post(service, "/workflows", { workflow_id: "KEY-6" });

      const first = await post(service, "/workflows/KEY-6/pause", undefined, key);
      const again = await post(service, "/workflows/KEY-6/pause", undefined, key);

      expect(again.json()).toEqual(first.json());
      expect((await service.get("/api/v1/audit?subject=workflow%20KEY-6")).headers["x-total-count"]).toBe("2");
    });

    test.each(["", "two words", "é", "x".repeat(201)])("that is %j is refused", async (key) => {
      const answer = await post(service, "/workflows", { workflow_id: "KEY-7" }, { "idempotency-key": key });

      expectRefusal(answer, 422, "VALIDATION_ERROR");
    });
  });

  describe("a request that is not what it must be", () => {
    const command = { type: "create_pull_request", workflow_id: "BAD-1" };

    test.each([
      ["/commands", {}],
      ["/commands", { ...command, type: "open_the_door" }],
      ["/commands", { ...command, workflow_id: "" }],
      ["/commands", { ...command, workflow_id: 7 }],
      ["/commands", { ...command, workflow_id: "x".repeat(501) }],
      ["/commands", { ...command, payload: [] }],
      ["/commands", { ...command, payload: "{}" }],
      ["/commands", { ...command, priority: 1001 }],
      ["/commands", { ...command, priority: 0.5 }],
      ["/commands", { ...command, delay_seconds: -1 }],
      ["/commands", { ...command, delay_seconds: 1e9 }],
      ["/commands", { ...command, repository: 5 }],
      ["/commands", { ...command, requested_by: "somebody else" }],
      ["/commands", []],
      ["/commands", null],
      ["/workflows", { workflow_id: null }],
      ["/workflows", { title: "x".repeat(501) }],
      ["/workflows", { plan: "x".repeat(200_001) }],
      ["/workflows", { execute: "yes" }],
      ["/workflows", { state: "succeeded" }],
      ["/workflows", { title: "N\0L" }],
      ["/workflows", "x"],
    ])("is refused by %s: %j", async (path, body) => {
      const answer = await post(service, path, JSON.stringify(body));

      expectRefusal(answer, 422, "VALIDATION_ERROR");
    });

    test.each(["/commands", "/workflows"])("is refused by %s when it is no JSON, or of another type", async (path) => {
      expectRefusal(await post(service, path, "{"), 400, "BAD_REQUEST");
      expectRefusal(await post(service, path, "a=b", { "content-type": "text/plain" }), 415, "UNSUPPORTED_MEDIA_TYPE");
      expectRefusal(await post(service, path), 422, "VALIDATION_ERROR");
    });

    test.each([
      "/commands/0/retry",
      "/commands/-1/cancel",
      "/commands/1%20OR%201=1/cancel",
      "/commands/1.5/retry",
      "/commands/9007199254740993/cancel",
      "/commands/null/retry",
      "/workflows/%00/pause",
    ])("is refused by %s", async (path) => {
      expectRefusal(await post(service, path), 422, "VALIDATION_ERROR");
    });

    test.each([
      "/commands/999999/retry",
      "/commands/999999/cancel",
      "/workflows/nobody/pause",
      "/workflows/nobody/resume",
      "/workflows/nobody/retry",
      "/workflows/nobody/cancel",
      "/workflows/..%2F..%2Fetc/cancel",
      "/workflows/'%20or%201=1/pause",
    ])("finds nothing by %s", async (path) => {
      expectRefusal(await post(service, path), 404, "RESOURCE_NOT_FOUND");
    });

    test.each([
      "commands?state=OPEN",
      "commands?type=open_the_door",
      `commands?workflow_id=${"x".repeat(201)}`,
      "workflows?state=lost",
      "workflows?repository=acme/web",
      `audit?subject=${"x".repeat(301)}`,
      "audit-check?limit=5",
      "audit?subject=%00",
      "commands?workflow_id=%00",
      "workflows/%00",
      "prs?repo=%00",
    ])("is refused as a filter: %s", async (path) => {
      expectRefusal(await service.get(`/api/v1/${path}`), 422, "VALIDATION_ERROR");
    });

    test("left no work behind", async () => {
      expectRefusal(await service.get("/api/v1/workflows/BAD-1"), 404, "RESOURCE_NOT_FOUND");
    });
  });

  test("lists of work are filtered by state, type and work; the audit log by who and what", async () => {
    const { id } = (await queue({ workflow_id: "LIST-1" })).json();
    await post(service, "/workflows/LIST-1/pause");
    const idsOf = async (path: string) =>
      (await service.get(`/api/v1/${path}`)).json().data.map((row: { id: number | string }) => row.id) as unknown[];

    expect(await idsOf("commands?workflow_id=LIST-1")).toEqual([id]);
    expect(await idsOf("commands?workflow_id=LIST-1&state=queued&type=create_pull_request")).toEqual([id]);
    expect(await idsOf("commands?workflow_id=LIST-1&state=failed")).toEqual([]);
    expect(await idsOf("commands?workflow_id=LIST-1&type=execute_plan")).toEqual([]);
    expect(await idsOf("workflows?state=paused")).toContain("LIST-1");
    expect(await idsOf("workflows?state=active")).not.toContain("LIST-1");
    expect(await idsOf("audit?subject=workflow%20LIST-1&actor=api")).toHaveLength(1);
    expect(await idsOf("audit?subject=workflow%20LIST-1&actor=operator")).toEqual([]);
  });

  test("what is asked for is told on the live stream, and kept in a chain that is whole", async () => {
    await using stream = await openEventStream(service.appUrl, { authorization: `Bearer ${service.token}` });
    await post(service, "/workflows", { workflow_id: "TOLD-1" });
    await post(service, "/workflows/TOLD-1/pause");
    const told = await stream.until(
      ({ event, data }) => event === "event" && (data as { kind: string }).kind === "pause_requested",
    );
    await stream.until(
      ({ event, data }) => event === "changed" && (data as { topics: string[] }).topics.includes("work"),
    );

    expect(told.data).toMatchObject({ kind: "pause_requested", subject_kind: "workflow", subject_ref: "TOLD-1" });
    const check = (await service.get("/api/v1/audit-check")).json();
    const list = await service.get("/api/v1/audit?limit=1");
    const newest = list.json().data[0];

    expect(check).toMatchObject({
      whole: true,
      broken: null,
      last_hash: newest.hash,
      checked: Number(list.headers["x-total-count"]),
    });
    expect(newest).toMatchObject({ actor: "api", action: "pause_requested", subject: "workflow TOLD-1" });
  });

  function queue(body: Record<string, unknown>): Promise<HttpAnswer> {
    return post(service, "/commands", { type: "create_pull_request", ...tomorrow, ...body });
  }
});

async function databaseFor(engine: "sqlite" | "postgres") {
  if (engine === "sqlite") return { options: {}, drop: async () => {} };
  const database = await createDatabase();
  return { options: { databaseUrl: database.url }, drop: () => database.drop() };
}

function expectRefusal(answer: HttpAnswer, status: number, code: string): void {
  expect(answer.json()).toEqual({
    detail: { error_code: code, message: expect.any(String) as string, retryable: false },
  });
  expect(answer.status).toBe(status);
}

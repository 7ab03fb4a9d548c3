import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes.ts";
import { githubPullRequest, githubPush, githubWorkflowRun, gitlabMergeRequest } from "../support/sample-payloads.ts";
import { storeThreeReviews } from "../support/sample-reviews.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { askForWork } from "./ask-for-work.ts";

/** More rows than a page may have. */
const pullRequestsSent = 201;
const lists = routes.filter((route) => route.operation.startsWith("list")).map((route) => route.path);
const records = routes.filter((route) => route.method === "GET" && route.path.endsWith("/:id"));

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  const numbers = Array.from({ length: pullRequestsSent }, (_, index) => index + 1);
  for (let at = 0; at < numbers.length; at += 20)
    await Promise.all(
      numbers.slice(at, at + 20).map((number) => service.send("github", "pull_request", githubPullRequest({ number }))),
    );
  await service.send("github", "push", githubPush({ message: "First" }));
  await service.send("github", "push", githubPush({ message: "Second" }));
  await service.send("github", "workflow_run", githubWorkflowRun({ run: 1 }));
  await service.send("github", "workflow_run", githubWorkflowRun({ run: 2, status: "failure" }));
  await service.send("gitlab", "Merge Request Hook", gitlabMergeRequest());
  await askForWork(service);
  await storeThreeReviews(service.dataDir);
  await service.digested();
});

afterAll(() => service[Symbol.asyncDispose]());

describe.each(lists)("%s", (path) => {
  test("gives a list object with its total", async () => {
    const answer = await service.get(path);

    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toContain("application/json");
    expect(Object.keys(answer.json()).toSorted()).toEqual(["data", "has_more", "next_cursor"]);
    expect(answer.headers["x-total-count"]).toMatch(/^[1-9]\d*$/);
    expect(answer.json().data.length).toBe(Math.min(50, Number(answer.headers["x-total-count"])));
    expect(answer.json().has_more).toBe(answer.json().next_cursor !== null);
  });

  test("follows its cursor page by page to every row, each once", async () => {
    const whole: (number | string)[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = (
        await service.get(
          `${path}?limit=${whole.length === 0 ? 1 : 200}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
        )
      ).json() as { data: { id: number | string }[]; next_cursor: string | null };
      whole.push(...page.data.map((row) => row.id));
      cursor = page.next_cursor;
    }
    const total = Number((await service.get(path)).headers["x-total-count"]);

    expect(whole).toHaveLength(total);
    expect(new Set(whole).size).toBe(total);
  });

  test.each(["-1", "0", "201", "1000000000", "abc", "1.5", "1e2", "٣", "", "0x10", "5 "])(
    "refuses limit=%s",
    async (limit) => {
      const answer = await service.get(`${path}?limit=${encodeURIComponent(limit)}`);

      expectRefusal(answer, 422, "VALIDATION_ERROR");
    },
  );

  test("refuses a cursor that it did not give out", async () => {
    const first = (await service.get(`${path}?limit=1`)).json() as { next_cursor: string };
    const other = (
      await service.get(`${path === "/api/v1/deliveries" ? "/api/v1/events" : "/api/v1/deliveries"}?limit=1`)
    ).json() as { next_cursor: string };
    const middle = Math.floor(first.next_cursor.length / 2);
    const tampered =
      first.next_cursor.slice(0, middle) +
      (first.next_cursor[middle] === "A" ? "B" : "A") +
      first.next_cursor.slice(middle + 1);
    const forged = Buffer.from(JSON.stringify(["", JSON.stringify([null, 3])])).toString("base64url");

    for (const cursor of [other.next_cursor, tampered, forged, "x", "", "%00", "null", "[]", "a".repeat(1001)]) {
      expectRefusal(await service.get(`${path}?limit=1&cursor=${encodeURIComponent(cursor)}`), 422, "VALIDATION_ERROR");
    }
  });

  test("refuses a parameter that it does not know, and one that comes twice", async () => {
    expectRefusal(await service.get(`${path}?limits=5`), 422, "VALIDATION_ERROR");
    expectRefusal(await service.get(`${path}?__proto__=5`), 422, "VALIDATION_ERROR");
    expectRefusal(await service.get(`${path}?limit=5&limit=6`), 422, "VALIDATION_ERROR");
  });
});

test("a page holds up to 200 rows and says how to get the 201st", async () => {
  const first = (await service.get("/api/v1/prs?limit=200&repo=acme/web")).json();
  const second = (
    await service.get(`/api/v1/prs?limit=200&repo=acme/web&cursor=${encodeURIComponent(first.next_cursor)}`)
  ).json();

  expect([first.data.length, first.has_more]).toEqual([200, true]);
  expect([second.data.length, second.has_more, second.next_cursor]).toEqual([1, false, null]);
});

test("a cursor holds for the filters that it was given out with", async () => {
  const { next_cursor: cursor } = (await service.get("/api/v1/prs?limit=1&repo=acme/web")).json();

  expectRefusal(await service.get(`/api/v1/prs?limit=1&cursor=${encodeURIComponent(cursor)}`), 422, "VALIDATION_ERROR");
  expectRefusal(
    await service.get(`/api/v1/prs?limit=1&repo=acme/tools/deploy&cursor=${encodeURIComponent(cursor)}`),
    422,
    "VALIDATION_ERROR",
  );
});

test("filters choose rows, and values that are none are refused", async () => {
  const counts = await Promise.all(
    [
      "prs?repo=ACME/web",
      "prs?state=open",
      "prs?state=merged",
      "prs?since=30d",
      "prs?since=2030-01-01",
      "runs?status=failure",
      "runs?repo=acme/web",
      "deliveries?state=dead",
      "deliveries?source=gitlab",
      "events?kind=github.push.main",
    ].map(async (path) => [path, Number((await service.get(`/api/v1/${path}`)).headers["x-total-count"])]),
  );
  const refused = await Promise.all(
    [
      "prs?state=OPEN",
      "prs?since=yesterday",
      "prs?since=30",
      "prs?since=2026-02-30",
      "runs?status=red",
      "runs?commit_sha=xyz",
      "runs?commit_sha='%20or%201=1",
      "deliveries?state=lost",
    ].map((path) => service.get(`/api/v1/${path}`)),
  );

  expect(Object.fromEntries(counts)).toEqual({
    "prs?repo=ACME/web": pullRequestsSent,
    "prs?state=open": pullRequestsSent + 1,
    "prs?state=merged": 0,
    "prs?since=30d": 0,
    "prs?since=2030-01-01": 0,
    "runs?status=failure": 1,
    "runs?repo=acme/web": 2,
    "deliveries?state=dead": 0,
    "deliveries?source=gitlab": 1,
    "events?kind=github.push.main": 2,
  });
  for (const answer of refused) expectRefusal(answer, 422, "VALIDATION_ERROR");
});

describe.each(records.map((route) => route.path))("%s", (path) => {
  test("gives the row of the list, with more of it", async () => {
    const list = (
      await service.get(path === "/api/v1/explanations/:id" ? "/api/v1/deliveries" : path.replace("/:id", ""))
    ).json();
    const row = list.data[0];

    const answer = await service.get(path.replace(":id", String(row.id)));

    expect(answer.status).toBe(200);
    expect(path === "/api/v1/explanations/:id" ? answer.json().delivery : answer.json()).toMatchObject(row);
  });

  test.each([
    "1%20OR%201=1",
    "..%2F",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%D9%A1",
    "%EF%BC%91",
    "-1",
    "0",
    "1.5",
    "1e3",
    "NaN",
    "null",
    "%00",
    "999999999",
    "9007199254740993",
    "0x1",
  ])("says that there is no %s, and no more", async (id) => {
    const answer = await service.get(path.replace(":id", id));

    expect([404, 422]).toContain(answer.status);
    expect(["VALIDATION_ERROR", "RESOURCE_NOT_FOUND"]).toContain(answer.json().detail.error_code);
  });
});

test("a replay of what is not there, or is no number, is refused", async () => {
  const headers = { authorization: `Bearer ${service.token}` };
  const missing = await service.ask("/api/v1/deliveries/999999/replay", { method: "POST", headers });
  const nonsense = await service.ask("/api/v1/deliveries/1%20OR%201=1/replay", { method: "POST", headers });
  const withBody = await service.ask("/api/v1/deliveries/1/replay", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{}",
  });
  const broken = await service.ask("/api/v1/deliveries/1/replay", {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: "{",
  });

  expectRefusal(missing, 404, "RESOURCE_NOT_FOUND");
  expectRefusal(nonsense, 422, "VALIDATION_ERROR");
  expect(withBody.status).toBe(202);
  expectRefusal(broken, 400, "BAD_REQUEST");
});

test("a replayed delivery is digested again and counted once", async () => {
  const { id } = (await service.get("/api/v1/deliveries?limit=1&source=gitlab")).json().data[0];
  const eventsBefore = (await service.get("/api/v1/events")).headers["x-total-count"];

  const answer = await service.ask(`/api/v1/deliveries/${id}/replay`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.token}` },
  });
  await service.digested();

  expect([answer.status, answer.json().id, answer.json().state]).toEqual([202, id, "received"]);
  expect((await service.get(`/api/v1/deliveries/${id}`)).json()).toMatchObject({
    state: "digested",
    digest_attempts: 1,
  });
  expect((await service.get("/api/v1/events")).headers["x-total-count"]).toBe(eventsBefore);
});

test("a path that the router itself cannot read is refused in the same form", async () => {
  expectRefusal(await service.get(`/api/v1/prs/${"9".repeat(400)}`), 404, "RESOURCE_NOT_FOUND");
  expectRefusal(await service.get("/api/v1/prs/%zz"), 400, "BAD_REQUEST");
});

test("an unknown path under /api is 404 in the one form of errors, whatever the method", async () => {
  const headers = { authorization: `Bearer ${service.token}` };
  const answers = await Promise.all([
    service.get("/api/v1/nothing"),
    service.get("/api/v1"),
    service.get("/api/v2/prs"),
    service.get("/api/v1/prs/1/more"),
    service.ask("/api/v1/prs", { method: "POST", headers }),
    service.ask("/api/v1/prs/1", { method: "DELETE", headers }),
  ]);

  for (const answer of answers) expectRefusal(answer, 404, "RESOURCE_NOT_FOUND");
});

function expectRefusal(answer: { status: number; json: () => unknown }, status: number, code: string): void {
  expect(answer.json()).toEqual({
    detail: { error_code: code, message: expect.any(String) as string, retryable: false },
  });
  expect(answer.status).toBe(status);
}

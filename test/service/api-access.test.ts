import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes.ts";
import { githubPullRequest } from "../support/sample-payloads.ts";
import { startTestService, type TestService } from "../support/service.ts";

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
  await service.send("github", "pull_request", githubPullRequest());
  await service.digested();
});

afterAll(() => service[Symbol.asyncDispose]());

const everyPath = [
  ...routes.map(({ method, path }) => ({ method: method as string, path: path.replace(":id", "1") })),
  ...["/api/openapi.json", "/api/docs", "/api/docs/", "/api/docs/json", "/api/docs/static/index.html"].map((path) => ({
    method: "GET",
    path,
  })),
];

describe.each(everyPath)("$method $path", ({ method, path }) => {
  test("answers nobody without the bearer token", async () => {
    const wrong = [
      {},
      { authorization: "" },
      { authorization: "Bearer" },
      { authorization: "Bearer " },
      { authorization: `Bearer ${service.token}x` },
      { authorization: `Bearer ${service.token.slice(0, -1)}` },
      { authorization: `Basic ${Buffer.from(`:${service.token}`).toString("base64")}` },
      { authorization: service.token },
      { cookie: "pullwright_session=1.x" },
      { cookie: `pullwright_session=${service.token}` },
      { "x-api-key": service.token },
    ];

    for (const headers of wrong) {
      const answer = await service.ask(path, { method, headers });
      expect([answer.status, answer.json().detail.error_code]).toEqual([401, "UNAUTHORIZED"]);
    }
  });
});

test("the live stream needs the token too, and a token in the address does not count", async () => {
  const without = await service.ask("/api/v1/events", { headers: { accept: "text/event-stream" } });
  const inTheAddress = await service.ask(`/api/v1/events?token=${service.token}&access_token=${service.token}`);

  expect([without.status, inTheAddress.status]).toEqual([401, 401]);
});

describe("a request that another web site could have caused", () => {
  const hosts = [
    "evil.com",
    "127.0.0.1.nip.io",
    "localhost.evil.com",
    "LOCALHOST:99999",
    "localhost:1",
    "127.0.0.1",
    "2130706433",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "localhost:80@evil.com",
    "evil.com#127.0.0.1",
    " ",
    "",
  ];

  test.each(hosts)("is refused before anything else when its Host is %j", async (host) => {
    for (const path of [
      "/",
      "/api/v1/prs",
      "/api/v1/events",
      "/api/docs",
      "/sign-in?code=x",
      "/assets/x.js",
      "/nothing",
    ]) {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${service.token}\r\nAccept: text/event-stream\r\nConnection: close\r\n\r\n`,
      );
      expect([400, 421]).toContain(answer.status);
      expect(answer.text).not.toContain("acme/web");
    }
  });

  test("is refused without a Host, and with two", async () => {
    const port = new URL(service.appUrl).port;
    const good = `Host: 127.0.0.1:${port}\r\n`;
    const rest = `Authorization: Bearer ${service.token}\r\nConnection: close\r\n\r\n`;

    expect([400, 421]).toContain((await raw(`GET /api/v1/prs HTTP/1.1\r\n${rest}`)).status);
    expect([400, 421]).toContain((await raw(`GET /api/v1/prs HTTP/1.0\r\n${rest}`)).status);
    expect((await raw(`GET /api/v1/prs HTTP/1.1\r\n${good}${good}${rest}`)).status).toBe(400);
    expect((await raw(`GET /api/v1/prs HTTP/1.1\r\n${good}Host: evil.com\r\n${rest}`)).status).toBe(400);
    expect((await raw(`GET http://evil.com/api/v1/prs HTTP/1.1\r\nHost: evil.com\r\n${rest}`)).status).toBe(421);
    // The control: the same request with the right Host is answered.
    expect((await raw(`GET /api/v1/prs HTTP/1.1\r\n${good}${rest}`)).status).toBe(200);
    expect((await raw(`GET /api/v1/prs HTTP/1.1\r\nHost: LocalHost:${port}\r\n${rest}`)).status).toBe(200);
  });

  test.each([
    "http://evil.com",
    "https://127.0.0.1.nip.io",
    "null",
    "http://localhost:1",
    "http://localhost.evil.com",
    "file://",
    "",
  ])("is refused when its Origin is %j", async (origin) => {
    const answer = await service.ask("/api/v1/deliveries/1/replay", {
      method: "POST",
      headers: { authorization: `Bearer ${service.token}`, origin },
    });

    expect([answer.status, answer.json().detail.error_code]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
  });

  test("does nothing as a form of another site, although the browser is signed in", async () => {
    const cookie = await signIn();
    const before = (await service.get("/api/v1/deliveries/1")).json();
    const forms = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/json",
    ];

    for (const contentType of forms) {
      const answer = await service.ask("/api/v1/deliveries/1/replay", {
        method: "POST",
        headers: { cookie, "content-type": contentType },
        body: "{}",
      });
      expect(answer.status).toBe(401);
    }
    expect((await service.get("/api/v1/deliveries/1")).json()).toEqual(before);
  });

  test("and the page's own requests, with the header that no form can send, are answered", async () => {
    const cookie = await signIn();
    const origin = service.appUrl;

    const read = await service.ask("/api/v1/prs", { headers: { cookie } });
    const written = await service.ask("/api/v1/deliveries/1/replay", {
      method: "POST",
      headers: { cookie, origin, "x-pullwright-request": "1" },
    });
    await service.digested();

    expect([read.status, written.status]).toEqual([200, 202]);
  });
});

test("every answer for a browser carries the headers that keep it from being framed, sniffed and scripted", async () => {
  const cookie = await signIn();
  const link = await service.ask("/sign-in?code=wrong");
  const pages = [
    link,
    ...(await Promise.all(
      ["/", "/prs", "/index.html", "/api/v1/prs", "/api/v1/nothing", "/api/docs", "/api/openapi.json"].map((path) =>
        service.ask(path, { headers: { cookie } }),
      ),
    )),
  ];

  for (const { headers } of pages) {
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"]).not.toMatch(/script-src[^;]*'unsafe/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBeDefined();
    expect(headers["referrer-policy"]).toBeDefined();
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(headers.server).toBeUndefined();
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  }
});

test("a service behind a name answers to that name, and to no other", async () => {
  await using named = await startTestService({
    environment: {
      PULLWRIGHT_BASE_URL: "https://pullwright.example",
      PULLWRIGHT_APP_ALLOWED_HOSTS: "inside.example:9000",
    },
  });
  const statusOf = async (host: string): Promise<number> =>
    (await named.ask("/api/v1/prs", { headers: { host, authorization: `Bearer ${named.token}` } })).status;

  expect([
    await statusOf("pullwright.example"),
    await statusOf("inside.example:9000"),
    await statusOf("inside.example:9001"),
    await statusOf("evil.example"),
  ]).toEqual([200, 200, 421, 421]);
  expect(named.signInUrl).toMatch(/^https:\/\/pullwright\.example\/sign-in\?code=/);
  const session = await named.ask("/api/v1/session", {
    method: "POST",
    headers: { host: "pullwright.example", "content-type": "application/json" },
    body: JSON.stringify({ token: named.token }),
  });
  expect(session.headers["set-cookie"]?.[0]).toContain("; Secure");
});

test("webhook and health paths on the app's port need neither token nor name", async () => {
  const answer = await service.send("github", "pull_request", githubPullRequest({ number: 8 }), {
    url: service.appUrl,
    headers: { host: "hooks.example" },
  });

  expect(answer.status).toBe(202);
  expect((await service.ask("/health", { headers: { host: "hooks.example" } })).status).toBe(200);
});

async function signIn(): Promise<string> {
  const answer = await service.ask("/api/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: service.token }),
  });
  return answer.headers["set-cookie"]?.[0]?.split(";", 1)[0] ?? "";
}

/** Sends these bytes to the app and reads what comes back until the connection ends. */
function raw(request: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(service.appUrl).port), "127.0.0.1", () => socket.write(request));
    let text = "";
    socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    socket.on("error", reject);
    socket.on("close", () => resolve({ status: Number(text.slice(9, 12)), text }));
  });
}

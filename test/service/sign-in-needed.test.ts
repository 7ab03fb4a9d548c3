import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppServer, startAppServer } from "../../src/http/app-server.ts";
import { routes } from "../../src/http/routes.ts";

// docs/api-design.md, "Who may ask".
describe("without the token", () => {
  let app: AppServer;
  const performed: string[] = [];

  beforeAll(async () => {
    app = await startAppServer(
      {
        host: "127.0.0.1",
        port: 0,
        allowedHosts: [],
        baseUrl: null,
        token: "the token",
        version: "",
        webDirectory: "/nowhere",
      },
      {
        perform: async (name) => {
          performed.push(name);
          return {};
        },
        receiver: () => false,
        events: { lastEventId: async () => 0, eventsAfter: async () => [] },
        redact: (text) => text,
        clock: () => new Date(0),
        log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      },
    );
  });
  afterAll(() => app.stop());

  const paths = [
    ...routes.map(({ method, path }) => ({ method, path: path.replace(":id", "1") })),
    ...["/api/openapi.json", "/api/docs/", "/api/nothing"].map((path) => ({ method: "GET", path })),
  ];

  test.each(paths)("$method $path is not answered", async ({ method, path }) => {
    const answer = await fetch(app.url + path, { method });

    expect(answer.status).toBe(401);
  });

  test.each(paths)("$method $path is not answered in any other spelling either", async ({ method, path }) => {
    const spellings = [
      path.replace("/api", "/%61pi"),
      path.replace("/api", "/ap%69"),
      `/${path}`,
      path.replace("/api", "/API"),
      `${path}/`,
      `${path}?x=1`,
    ];

    const answers = await Promise.all(spellings.map((spelling) => fetch(app.url + spelling, { method })));

    expect(answers.map(({ status }) => status).filter((status) => status < 400)).toEqual([]);
    expect(performed).toEqual([]);
  });
});

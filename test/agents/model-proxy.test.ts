import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openModelProxy, type ModelBudget, type ModelProxy } from "../../src/agents/model-proxy.ts";
import { startModelServer, type ModelScript, type ModelServer } from "../fakes/model/model-server.ts";

const key = "sk-the-real-key-of-the-operator";

const generous: ModelBudget = {
  requestsMax: 100,
  requestBytesMax: 1_000_000,
  requestBytesInAllMax: 10_000_000,
  answerBytesInAllMax: 10_000_000,
  tokensMax: 1_000_000,
};

type Place = { proxy: ModelProxy; socketPath: string; server: ModelServer; hopeless: () => number } & AsyncDisposable;

async function openPlace(script: ModelScript, budget: Partial<ModelBudget> = {}, baseUrl?: string): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "pullwright-proxy-"));
  const server = await startModelServer(script);
  const socketPath = join(folder, "model.sock");
  let hopeless = 0;
  const proxy = await openModelProxy(
    {
      socketPath,
      upstreams: {
        openai: { baseUrl: baseUrl ?? `${server.url}/v1`, headers: async () => ({ authorization: `Bearer ${key}` }) },
        anthropic: { baseUrl: baseUrl ?? server.url, headers: async () => ({ "x-api-key": key }) },
      },
      budget: { ...generous, ...budget },
    },
    {
      fetch,
      clock: () => new Date(),
      steadyClock: () => performance.now(),
      onHopeless: () => {
        hopeless += 1;
      },
    },
  );
  return {
    proxy,
    socketPath,
    server,
    hopeless: () => hopeless,
    [Symbol.asyncDispose]: async () => {
      await proxy.close();
      await server[Symbol.asyncDispose]();
      await rm(folder, {
        recursive: true,
        force: true,
      });
    },
  };
}

type Answer = { status: number; body: string };

function ask(
  { socketPath }: Place,
  path: string,
  body: unknown = { model: "stub-model", input: "hello" },
  rest: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const asking = httpRequest(
      {
        socketPath,
        path,
        method: rest.method ?? "POST",
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
          ...rest.headers,
        },
      },
      (answer) => {
        const said: Buffer[] = [];
        answer.on("data", (bytes: Buffer) => said.push(bytes));
        const end = (): void => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(said).toString("utf8") });
        answer.on("end", end);
        answer.on("error", end);
      },
    );
    asking.on("error", () => resolve({ status: -1, body: "" }));
    asking.end(text);
  });
}

/** Sends bytes as they are and says what comes back. */
async function sendRaw({ socketPath }: Place, bytes: string): Promise<string> {
  const socket = connect(socketPath);
  let said = "";
  socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.write(bytes);
  socket.setTimeout(1500, () => socket.destroy());
  await once(socket, "close");
  return said;
}

const said = { kind: "say", text: "Hello." } as const;

test("a question goes to the model with our key and without what the agent sent in its place, and the answer streams back", async () => {
  await using place = await openPlace([said]);

  const openai = await ask(
    place,
    "/v1/responses",
    { model: "stub-model" },
    { headers: { authorization: "Bearer theirs", "x-evil": "1", cookie: "a=b" } },
  );
  const anthropic = await ask(
    place,
    "/v1/messages?beta=true",
    { model: "stub-model" },
    { headers: { "x-api-key": "theirs", "anthropic-version": "2023-06-01" } },
  );

  expect(openai.status).toBe(200);
  expect(openai.body).toContain("response.completed");
  expect(anthropic.body).toContain("message_stop");
  const [first, second] = place.server.requests;
  expect(first?.headers["authorization"]).toBe(`Bearer ${key}`);
  expect(first?.headers["x-evil"] ?? first?.headers["cookie"]).toBeUndefined();
  expect(second?.headers["x-api-key"]).toBe(key);
  expect(second?.headers["anthropic-version"]).toBe("2023-06-01");
  expect(openai.body + anthropic.body).not.toContain(key);
});

test("what is used is counted from the provider's own answers", async () => {
  await using place = await openPlace([said]);

  await ask(place, "/v1/responses");
  await ask(place, "/v1/messages");

  expect(place.proxy.answers()).toEqual([
    { model: "stub-model", inputTokens: 1200, cachedInputTokens: 200, cacheWriteTokens: 0, outputTokens: 30 },
    { model: "stub-model", inputTokens: 1200, cachedInputTokens: 200, cacheWriteTokens: 100, outputTokens: 30 },
  ]);
});

test.each([
  ["GET", "/v1/responses"],
  ["PUT", "/v1/responses"],
  ["POST", "/v1/files"],
  ["POST", "/v1/responses/"],
  ["POST", "/v1/responses?x=1"],
  ["POST", "/v1//responses"],
  ["POST", "/v1/../v1/responses"],
  ["POST", "/v1/responses/../files"],
  ["POST", "/v1/%72esponses"],
  ["POST", "/v1/responses%2f..%2ffiles"],
  ["POST", "/v1/responses;x"],
  ["POST", "//evil.example/v1/responses"],
  ["POST", "/V1/responses"],
  ["POST", "/v1/messages?beta=true&x=1"],
  ["DELETE", "/v1/messages"],
])("%s %s is not a question to a model", async (method, path) => {
  await using place = await openPlace([said]);

  expect((await ask(place, path, {}, { method })).status).toBe(404);

  expect(place.server.requests).toEqual([]);
});

test.each([
  [
    "an absolute address",
    "POST http://169.254.169.254/v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
  ],
  ["a tunnel", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["an upgrade", "GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"],
  ["two lengths", "POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}"],
  [
    "a length and chunks",
    "POST /v1/responses HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  ],
  ["a bare line end in a header", "POST /v1/responses HTTP/1.1\r\nHost: x\r\nA: b\nContent-Length: 2\r\n\r\n{}"],
  ["no HTTP at all", "\x16\x03\x01\x02\x00hello\r\n\r\n"],
])("%s gets nowhere", async (_what, bytes) => {
  await using place = await openPlace([said]);

  const answer = await sendRaw(place, bytes);

  expect(answer).not.toContain("200 OK");
  expect(answer).not.toContain("101 ");
  expect(place.server.requests).toEqual([]);
});

test("questions that are sent one behind the other are each checked", async () => {
  await using place = await openPlace([said]);
  const one = (path: string): string => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`;

  const answer = await sendRaw(place, one("/v1/responses") + one("/v1/files") + one("/v1/responses"));

  expect(answer.match(/HTTP\/1\.1 \d+/g)?.slice(0, 2)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404"]);
  expect(place.server.requests.map(({ path }) => path)).not.toContain("/v1/files");
});

test.each([
  ["a search by the provider", { tools: [{ type: "web_search" }] }],
  ["a fetch by the provider", { tools: [{ type: "web_fetch_20250910", name: "web_fetch" }] }],
  ["a server of somebody's", { tools: [{ type: "mcp", server_url: "https://evil.example" }] }],
  ["a machine of the provider's", { tools: [{ type: "code_interpreter", container: { type: "auto" } }] }],
  ["a shell of the provider's", { tools: [{ type: "shell", environment: { type: "container_auto" } }] }],
  ["a shell that does not say whose", { tools: [{ type: "shell" }] }],
  ["a tool within a group of tools", { tools: [{ type: "namespace", name: "n", tools: [{ type: "web_search" }] }] }],
  [
    "a tool that is offered in the conversation",
    { input: [{ type: "additional_tools", tools: [{ type: "web_search" }] }] },
  ],
  ["servers beside the tools", { mcp_servers: [{ type: "url", url: "https://evil.example" }] }],
  [
    "an image by its address",
    { input: [{ role: "user", content: [{ type: "input_image", image_url: "https://evil.example/?d=secret" }] }] },
  ],
  [
    "an image by its address, in the other form",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://evil.example" } }] }] },
  ],
  [
    "a document by its address",
    {
      messages: [
        { role: "user", content: [{ type: "document", source: { type: "url", url: "https://evil.example" } }] },
      ],
    },
  ],
  [
    "an address in what a tool answered",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "tool_result", content: [{ type: "image", source: { type: "url", url: "https://evil.example" } }] },
          ],
        },
      ],
    },
  ],
  ["a file of the account", { input: [{ role: "user", content: [{ type: "input_file", file_id: "file-1" }] }] }],
  ["work that goes on without us", { background: true }],
])("the model's provider is not asked for %s: it would be a way out", async (_what, fields) => {
  await using place = await openPlace([said]);

  expect((await ask(place, "/v1/responses", { model: "stub-model", ...fields })).status).toBe(400);

  expect(place.server.requests).toEqual([]);
});

test("what the agent does itself may be asked for, and data may be shown", async () => {
  await using place = await openPlace([said]);
  const tools = [
    { type: "function", name: "f", parameters: { properties: { image_url: { type: "string" } } } },
    { name: "Read", input_schema: {} },
  ];
  const content = [
    { type: "input_image", image_url: "data:image/png;base64,AAAA" },
    { type: "tool_use", input: { image_url: "https://a.example", tools: ["x"] } },
  ];

  const answer = await ask(place, "/v1/responses", { model: "stub-model", tools, input: [{ role: "user", content }] });

  expect(answer.status).toBe(200);
});

test("a body that can be read in two ways reaches the model in the one way in which it was checked", async () => {
  await using place = await openPlace([said]);

  await ask(place, "/v1/responses", '{"tools":[{"type":"web_search"}],"tools":[],"model":"stub-model"}');

  expect(place.server.requests[0]?.text).toBe('{"tools":[],"model":"stub-model"}');
});

test.each([
  ["not JSON"],
  ["[]"],
  ['"text"'],
  ["\x00"],
  ["{".repeat(10_000)],
  [`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
])("a body that is no question is refused in the provider's own form (%#)", async (body) => {
  await using place = await openPlace([said]);

  const answer = await ask(place, "/v1/messages", body);

  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ type: "error", error: { type: "invalid_request_error" } });
  expect(place.server.requests).toEqual([]);
});

test("a compressed body is refused", async () => {
  await using place = await openPlace([said]);

  expect((await ask(place, "/v1/responses", "x", { headers: { "content-encoding": "gzip" } })).status).toBe(415);
});

test("a body that is too long is not read to its end", async () => {
  await using place = await openPlace([said], { requestBytesMax: 10_000 });

  const answer = await ask(place, "/v1/responses", { input: "x".repeat(5_000_000) });

  expect([413, -1]).toContain(answer.status);
  expect(place.proxy.isOverBudget()).toBe(true);
  expect(place.server.requests).toEqual([]);
});

test("a run has so many questions and no more", async () => {
  await using place = await openPlace([said], { requestsMax: 2 });

  const statuses = [];
  for (let index = 0; index < 4; index += 1) statuses.push((await ask(place, "/v1/responses")).status);

  expect(statuses).toEqual([200, 200, 403, 403]);
  expect(place.proxy.isOverBudget()).toBe(true);
});

test("a run has so many tokens and no more, also when answers are hung up on before they say what they used", async () => {
  await using counted = await openPlace([said], { tokensMax: 1500 });
  const statuses = [];
  for (let index = 0; index < 3; index += 1) statuses.push((await ask(counted, "/v1/responses")).status);
  expect(statuses).toEqual([200, 200, 403]);

  await using cut = await openPlace([{ kind: "cut", text: "Hel" }], { tokensMax: 1500 });
  for (let index = 0; index < 3; index += 1) await ask(cut, "/v1/responses", { input: "x".repeat(4000) });
  expect(cut.server.requests).toHaveLength(2);
});

test("an answer that never ends is cut off at its limit", async () => {
  await using place = await openPlace([{ kind: "say", text: "x".repeat(2_000_000) }], { answerBytesInAllMax: 100_000 });

  const answer = await ask(place, "/v1/responses");

  expect(answer.body).not.toContain("response.completed");
  expect((await ask(place, "/v1/responses")).status).toBe(403);
});

test("a redirect is not followed", async () => {
  await using elsewhere = await startModelServer([said]);
  await using place = await openPlace([{ kind: "redirect", to: `${elsewhere.url}/v1/responses` }]);

  expect((await ask(place, "/v1/responses")).status).toBe(502);

  expect(elsewhere.requests).toEqual([]);
});

test("when the provider wants us to wait it is remembered for how long", async () => {
  await using place = await openPlace([{ kind: "refuse", status: 429, headers: { "retry-after": "17" } }]);

  expect((await ask(place, "/v1/responses")).status).toBe(429);

  expect(place.proxy.failure()).toEqual({ status: 429, retryAfterMs: 17_000 });
});

test("after failure upon failure somebody is told that there is no hope, and a good answer clears the account", async () => {
  await using place = await openPlace((_request, nth) => (nth === 4 ? said : { kind: "refuse", status: 500 }));

  for (let index = 0; index < 10; index += 1) await ask(place, "/v1/responses");
  expect(place.hopeless()).toBe(0);

  await ask(place, "/v1/responses");
  expect(place.hopeless()).toBe(1);
});

test("a model that cannot be reached is told in the provider's form, without where it was looked for", async () => {
  await using place = await openPlace([said], {}, "http://127.0.0.1:1");

  const answer = await ask(place, "/v1/responses");

  expect(answer.status).toBe(502);
  expect(answer.body).not.toContain("127.0.0.1");
  expect(place.proxy.failure()).toEqual({ status: 0, retryAfterMs: null });
});

test("a key is never sent over plain http to another machine", async () => {
  await expect(openPlace([said], {}, "http://models.example/v1")).rejects.toThrow(/https/);
});

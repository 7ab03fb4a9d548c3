import { spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createForgeFetch, type ForgeFetchOptions } from "../../src/forges/forge-fetch.ts";
import { createLoopbackCertificate } from "../../src/demo/local-forge/loopback-certificate.ts";
import { json, type Reply, startScriptedServer } from "./scripted-server.ts";

const get = { method: "GET", headers: {} };
const post = { method: "POST", headers: {}, body: '{"a":"ä"}' };

async function serving(reply: Reply, options: Partial<ForgeFetchOptions> = {}) {
  const server = await startScriptedServer(reply);
  const fetch = createForgeFetch({ baseUrl: server.origin, ...options });
  return { server, fetch, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("an exchange", () => {
  test("brings the whole answer, and sends the whole body", async () => {
    await using run = await serving((response) => json(response, { ok: "ä" }, 201, { link: "<x>" }));

    const answer = await run.fetch({ ...post, url: `${run.server.origin}/a?b=c` });

    expect(answer).toMatchObject({
      status: 201,
      body: '{"ok":"ä"}',
      url: `${run.server.origin}/a?b=c`,
      redirected: false,
    });
    expect(answer.headers.get("link")).toBe("<x>");
    expect(run.server.heard).toMatchObject([{ method: "POST", url: "/a?b=c", body: '{"a":"ä"}' }]);
  });

  test("brings an answer that was packed", async () => {
    await using run = await serving((response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"packed":true}'));
    });

    const answer = await run.fetch({ ...get, url: run.server.origin });

    expect(answer.body).toBe('{"packed":true}');
    expect(answer.headers.get("content-encoding")).toBeNull();
    expect(run.server.heard[0]?.headers["accept-encoding"]).toBe("gzip");
  });

  test("uses connections again for reads, and a new one for each write", async () => {
    await using run = await serving((response) => json(response, {}));
    const url = run.server.origin;

    for (const request of [get, get, get, post, post, get]) await run.fetch({ ...request, url });

    expect(run.server.heard.map(({ connection }) => connection)).toEqual([1, 1, 1, 2, 3, 1]);
  });

  test("goes over https to who shows a certificate of the authority that was given, and to nobody else", async () => {
    const { authority, certificate, key } = createLoopbackCertificate();
    await using server = await startScriptedServer((response) => json(response, {}), { key, cert: certificate });

    const believing = createForgeFetch({ baseUrl: server.origin, certificateAuthority: authority });
    const doubting = createForgeFetch({ baseUrl: server.origin });

    for (const request of [get, post]) expect((await believing({ ...request, url: server.origin })).status).toBe(200);
    for (const request of [get, post])
      await expect(doubting({ ...request, url: server.origin })).rejects.toMatchObject({
        sent: false,
        reason: "unreachable",
      });
    expect(server.heard).toHaveLength(2);
  });

  test("by plain http goes to this machine alone", () => {
    expect(() => createForgeFetch({ baseUrl: "http://github.example/api/v3" })).toThrow("https");
    expect(() => createForgeFetch({ baseUrl: "ftp://127.0.0.1/" })).toThrow("https");
  });

  test("with another host than the forge's is not made", async () => {
    await using run = await serving((response) => json(response, {}));
    await using other = await startScriptedServer((response) => json(response, {}));

    await expect(run.fetch({ ...get, url: other.origin })).rejects.toMatchObject({ code: "REDIRECT_REFUSED" });
    expect(other.heard).toEqual([]);
  });
});

describe("what was not sent is known", () => {
  test("when nobody listens", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const baseUrl = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));

    for (const request of [get, post])
      await expect(createForgeFetch({ baseUrl })({ ...request, url: baseUrl })).rejects.toMatchObject({
        sent: false,
        reason: "unreachable",
      });
  });

  test("when the other side never finishes the handshake", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const baseUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;

    await expect(
      createForgeFetch({ baseUrl, budgets: { connectMs: 100 } })({ ...post, url: baseUrl }),
    ).rejects.toMatchObject({
      sent: false,
      reason: "timeout",
    });
    silent.close();
  });

  test("when it is stopped at the last moment", async () => {
    await using run = await serving((response) => json(response, {}));
    const stop = new Error("stop");

    for (const request of [get, post])
      await expect(
        run.fetch({
          ...request,
          url: run.server.origin,
          beforeSend: () => {
            throw stop;
          },
        }),
      ).rejects.toBe(stop);
    expect(run.server.connections()).toBeGreaterThan(0);
    expect(run.server.heard).toEqual([]);
  });

  test("when nobody waits for it any more before it goes out", async () => {
    await using run = await serving((response) => json(response, {}));

    await expect(run.fetch({ ...post, url: run.server.origin, signal: AbortSignal.abort() })).rejects.toMatchObject({
      sent: false,
      reason: "cancelled",
    });
    expect(run.server.heard).toEqual([]);
  });
});

describe("what was sent and has no answer is known", () => {
  test.each<[string, Reply, string]>([
    ["the connection is cut", (_response, _heard, socket) => socket.destroy(), "cut"],
    ["the answer is cut", (response) => cutAnswer(response), "cut"],
    ["the answer is cut in its middle", (response) => cutChunks(response), "cut"],
    ["the answer is noise", (_response, _heard, socket) => socket.end("NOISE\r\n\r\n"), "unreadable"],
    ["the body does not end", (response) => trickle(response), "timeout"],
    [
      "the body is no gzip",
      (response) => response.writeHead(200, { "content-encoding": "gzip" }).end("{}"),
      "unreadable",
    ],
    [
      "the body is packed otherwise",
      (response) => response.writeHead(200, { "content-encoding": "br" }).end("x"),
      "unreadable",
    ],
    ["the body is no text", (response) => response.writeHead(200).end(Buffer.from([0x22, 0xff, 0x22])), "unreadable"],
    ["the body is too large", (response) => response.writeHead(200).end(Buffer.alloc(5000, "x")), "too-large"],
  ])("%s", async (_what, reply, reason) => {
    await using run = await serving(reply, { budgets: { headersMs: 150, wholeMs: 400 }, bodyBytesMax: 4096 });

    for (const request of [get, post])
      await expect(run.fetch({ ...request, url: run.server.origin })).rejects.toMatchObject({ sent: true, reason });
    expect(run.server.heard).toHaveLength(2);
  });

  test("the headers do not come, long before the whole time is over", { timeout: 5000 }, async () => {
    await using run = await serving(() => {}, { budgets: { headersMs: 100, wholeMs: 600_000 } });

    for (const request of [get, post])
      await expect(run.fetch({ ...request, url: run.server.origin })).rejects.toMatchObject({
        sent: true,
        reason: "timeout",
      });
  });

  test("an error in other letters than UTF-8 is still an answer", async () => {
    await using run = await serving((response) => response.writeHead(502).end(Buffer.from([0x46, 0xfc, 0x72])));

    expect(await run.fetch({ ...get, url: run.server.origin })).toMatchObject({ status: 502, body: "F\ufffdr" });
  });
});

describe("a redirect", () => {
  test("of a read within the forge is followed", async () => {
    await using run = await serving((response, { url }) =>
      url === "/new" ? json(response, {}) : response.writeHead(301, { location: "/new" }).end(),
    );

    const answer = await run.fetch({ ...get, url: `${run.server.origin}/old` });

    expect(answer).toMatchObject({ status: 200, url: `${run.server.origin}/new`, redirected: true });
  });

  test("is followed three times", async () => {
    await using run = await serving((response, { url }) => {
      response.writeHead(302, { location: `/${Number(url.slice(1)) + 1}` }).end();
    });

    const answer = await run.fetch({ ...get, url: `${run.server.origin}/0` });

    expect(answer).toMatchObject({ status: 302, redirected: true });
    expect(run.server.heard.map(({ url }) => url)).toEqual(["/0", "/1", "/2", "/3"]);
  });

  test.each([301, 302, 303, 307, 308])("%i of a write is not followed", async (status) => {
    await using run = await serving((response) => response.writeHead(status, { location: "/new" }).end());

    expect((await run.fetch({ ...post, url: `${run.server.origin}/old` })).status).toBe(status);
    expect(run.server.heard).toHaveLength(1);
  });

  test.each<[string, (origin: string) => string]>([
    ["another host", (origin) => origin.replace("127.0.0.1", "localhost")],
    ["another port", (origin) => origin.replace(/:\d+$/, ":9")],
    ["another scheme", (origin) => origin.replace("http:", "https:")],
    ["a user at the same host", (origin) => origin.replace("//", "//user@evil.example@")],
    ["nowhere", () => "http://["],
    ["a file", () => "file:///etc/passwd"],
  ])("to %s is the answer itself", async (_where, locationFrom) => {
    await using run = await serving((response) =>
      response.writeHead(301, { location: locationFrom(run.server.origin) }).end(),
    );

    expect((await run.fetch({ ...get, url: run.server.origin })).status).toBe(301);
    expect(run.server.heard).toHaveLength(1);
  });
});

test("a small answer that unpacks to 300 MiB takes no more memory than the limit", { timeout: 60_000 }, async () => {
  const piece = gzipSync(Buffer.alloc(1024 * 1024, " "));
  const bomb = Buffer.concat(Array.from({ length: 300 }, () => piece));
  await using server = await startScriptedServer((response) =>
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(bomb),
  );

  const ours = await growthMiB(server.origin, "ours");
  const naive = await growthMiB(server.origin, "naive");

  expect(ours).toBeLessThan(150);
  expect(naive).toBeGreaterThan(280);
});

/** How much more memory a process of its own needed at most, to read from there. */
function growthMiB(origin: string, how: "ours" | "naive"): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(new URL("read-bomb-child.ts", import.meta.url)), origin, how], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.on("error", reject);
    child.on("close", () => resolve(Number(text)));
  });
}

function cutAnswer(response: Parameters<Reply>[0]): void {
  response.writeHead(200, { "content-length": "100" });
  response.write('{"half":');
  setImmediate(() => response.destroy());
}

function cutChunks(response: Parameters<Reply>[0]): void {
  response.writeHead(200, { "content-encoding": "gzip" });
  response.write(gzipSync("{}").subarray(0, 12));
  setImmediate(() => response.destroy());
}

function trickle(response: Parameters<Reply>[0]): void {
  response.writeHead(200);
  const drop = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(drop));
}

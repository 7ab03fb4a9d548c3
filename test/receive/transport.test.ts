import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { githubBody, githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import type { RawAnswer } from "./raw-connection.ts";
import { errorCode, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/github";
const mebibyte = 1024 * 1024;
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  vi.useRealTimers();
  await receiver.stop();
  expect(receiver.failures).toEqual([]);
});

/** Sends bytes as they are and gives the answer; the connection must end after it. */
async function answerTo(bytes: string | Uint8Array): Promise<RawAnswer> {
  const connection = openConnection(receiver.port);
  connection.write(bytes);
  const answer = await connection.answer();
  connection.socket.end();
  await connection.closed;
  return answer;
}

/** The head of a signed request whose body is still to come. The signature is well-formed; whether it is right is learned with the body. */
async function headOf(change: [string, string][], signature = `sha256=${"0".repeat(64)}`): Promise<Buffer> {
  return requestBytes({
    path,
    headers: [...Object.entries(await githubHeaders(githubBody, { "X-Hub-Signature-256": signature })), ...change],
  });
}

describe("a request that is not well-formed HTTP", () => {
  const start = `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`;
  test.each([
    ["both a length and chunks", `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["two lengths", `${start}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ["two different lengths", `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ["a length with a sign", `${start}Content-Length: +5\r\n\r\n{   }`],
    ["a negative length", `${start}Content-Length: -5\r\n\r\n`],
    ["a length in hex", `${start}Content-Length: 0x2\r\n\r\n{}`],
    ["a length beyond counting", `${start}Content-Length: 99999999999999999999999\r\n\r\n{}`],
    ["a header without a colon", `${start}Nonsense\r\n\r\n`],
    ["a header name with a space", `${start}X Y: 1\r\n\r\n`],
    ["a NUL in a header", `${start}X-Y: a\u0000b\r\n\r\n`],
    ["a folded header", `${start}X-Y: a\r\n b\r\n\r\n`],
    ["another protocol", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003"],
    ["no HTTP version that there is", `POST ${path} HTTP/9.9\r\n\r\n`],
    ["a method that there is not", `POKE ${path} HTTP/1.1\r\nHost: a\r\n\r\n`],
    ["no Host", `POST ${path} HTTP/1.1\r\nContent-Length: 0\r\n\r\n`],
  ])("because of %s is answered 400, and its connection ends", async (_what, bytes) => {
    const answer = await answerTo(Buffer.from(bytes, "latin1"));

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
    expect(receiver.store.batches).toEqual([]);
  });

  test("because of a broken chunk, after a good head, is answered 400", async () => {
    const answer = await answerTo(
      Buffer.concat([await headOf([["Transfer-Encoding", "chunked"]]), Buffer.from("zz\r\n{}\r\n")]),
    );

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
    expect(receiver.store.batches).toEqual([]);
  });
});

describe("headers", () => {
  test("of 17 KiB are refused with 431", async () => {
    expect(errorCode(await answerTo(requestBytes({ path, headers: [["X-Long", "x".repeat(17 * 1024)]] })))).toBe(
      "431 HEADERS_TOO_LARGE",
    );
  });

  test("of 2,001 lines are refused with 431, though Node would drop the last without a word", async () => {
    const many = Array.from({ length: 1_999 }, (): [string, string] => ["a", "b"]);

    expect(errorCode(await answerTo(requestBytes({ path, headers: many })))).toBe("431 HEADERS_TOO_LARGE");
  });

  test("of 300 short lines are refused with 431 too", async () => {
    const many = Array.from({ length: 300 }, (): [string, string] => ["a", ""]);

    expect(errorCode(await answerTo(requestBytes({ path, headers: many })))).toBe("431 HEADERS_TOO_LARGE");
  });

  test("as many as a proxy might add are fine", async () => {
    const some = Array.from({ length: 60 }, (_, index): [string, string] => [`X-Proxy-${index}`, "b"]);

    expect(
      (await receiver.post(path, [...Object.entries(await githubHeaders(githubBody)), ...some], githubBody)).status,
    ).toBe(202);
  });

  test("that never end are cut off with 408", async () => {
    await receiver.stop();
    receiver = await startReceiver({ limits: { headersTimeoutMs: 40, requestTimeoutMs: 1_000, checkEveryMs: 10 } });

    expect(errorCode(await answerTo(`POST ${path} HTTP/1.1\r\nHost: a\r\nX-`))).toBe("408 REQUEST_TIMEOUT");
  });

  test("that never begin are cut off too", async () => {
    await receiver.stop();
    receiver = await startReceiver({ limits: { headersTimeoutMs: 40, requestTimeoutMs: 1_000, checkEveryMs: 10 } });
    const connection = openConnection(receiver.port);

    await connection.closed;
  });
});

describe("a method", () => {
  test.each(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])(
    "%s on a webhook path is refused with 405",
    async (method) => {
      const answer = await answerTo(
        requestBytes({ method, path, headers: [] }).toString("latin1").replace("Content-Length: 0\r\n", ""),
      );

      expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
    },
  );

  test("HEAD is refused with 405 as well, without a body", async () => {
    const answer = await fetch(`http://127.0.0.1:${receiver.port}${path}`, { method: "HEAD" });

    expect([answer.status, await answer.text()]).toEqual([405, ""]);
  });

  test("is looked at before the source and the signature", async () => {
    expect((await answerTo(requestBytes({ method: "PUT", path: `${path}/nobody`, headers: [] }))).status).toBe(405);
  });
});

describe("a path", () => {
  test.each([
    "/",
    "/api/webhooks",
    "/api/webhooks/bitbucket",
    "/webhooks/gitlab",
    "/api/webhooks/githubs",
    "/API/WEBHOOKS/GITHUB",
    "//api/webhooks/github",
    "/api/webhooks/../webhooks/github",
    "*",
  ])("that is not the receiver's (%s) is not found", async (other) => {
    expect(errorCode(await receiver.post(other, await githubHeaders(githubBody), githubBody))).toBe(
      "404 RESOURCE_NOT_FOUND",
    );
  });
});

describe("a body that is too large", () => {
  test("by its length is refused before any of it is sent", async () => {
    const answer = await answerTo(await headOf([["Content-Length", String(25 * mebibyte + 1)]]));

    expect(errorCode(answer)).toBe("413 BODY_TOO_LARGE");
    expect(answer.headers.connection).toBe("close");
  });

  test("in chunks is refused when it passes the limit, and the connection ends", async () => {
    const connection = openConnection(receiver.port);
    connection.write(await headOf([["Transfer-Encoding", "chunked"]]));
    const chunk = Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(mebibyte, 0x20), Buffer.from("\r\n")]);
    for (let sent = 0; sent <= 26; sent += 1) connection.write(chunk);

    const answer = await connection.answer();
    connection.socket.end();
    await connection.closed;

    expect(errorCode(answer)).toBe("413 BODY_TOO_LARGE");
    expect(receiver.store.batches).toEqual([]);
  });

  test("by one byte is not taken, and one of 25 MiB is", async () => {
    const body = Buffer.alloc(25 * mebibyte, 0x20);
    body[0] = 0x7b;
    body[body.length - 1] = 0x7d;
    const signature = `sha256=${createHmac("sha256", "mysecret").update(body).digest("hex")}`;
    const byLength = openConnection(receiver.port);
    byLength.write(await headOf([["Content-Length", String(body.length)]], signature));
    byLength.write(body);
    const taken = await byLength.answer();
    byLength.socket.destroy();
    const inChunks = openConnection(receiver.port);
    inChunks.write(await headOf([["Transfer-Encoding", "chunked"]], signature));
    inChunks.write(`${body.length.toString(16)}\r\n`);
    inChunks.write(body);
    inChunks.write("\r\n0\r\n\r\n");
    const takenAgain = await inChunks.answer();
    inChunks.socket.destroy();

    expect([taken.status, takenAgain.status]).toEqual([202, 200]);
    expect(receiver.store.deliveries[0]?.body.length).toBe(25 * mebibyte);
  });
});

test("a refused request whose body is all there is closed at once, without lingering", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const connection = openConnection(receiver.port);
  connection.write(
    requestBytes({
      path,
      headers: Object.entries(await githubHeaders(githubBody, { "X-Hub-Signature-256": null })),
      body: githubBody,
    }),
  );

  const answer = await connection.answer();
  await connection.closed;

  expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
});

test("a refused sender who neither goes on nor hangs up is cut off after a second", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const connection = openConnection(receiver.port);
  connection.write(await headOf([["Content-Length", "1000"]], "none"));
  await connection.answer();

  vi.advanceTimersByTime(1_000);

  await connection.closed;
});

describe("a transfer coding", () => {
  test("other than chunks is refused with 415", async () => {
    const answer = await answerTo(
      Buffer.concat([await headOf([["Transfer-Encoding", "gzip, chunked"]]), Buffer.from("0\r\n\r\n")]),
    );

    expect(errorCode(answer)).toBe("415 UNSUPPORTED_MEDIA_TYPE");
  });

  test("of chunks may be cut anywhere", async () => {
    const signature = `sha256=${createHmac("sha256", "mysecret").update(githubBody).digest("hex")}`;
    const connection = openConnection(receiver.port);
    connection.write(await headOf([["Transfer-Encoding", "Chunked"]], signature));
    for (const letter of githubBody) connection.write(`1\r\n${letter}\r\n`);
    connection.write("0\r\n\r\n");

    const answer = await connection.answer();
    connection.socket.destroy();

    expect(answer.status).toBe(202);
  });
});

describe("a sender who asks first (Expect: 100-continue)", () => {
  test("is told to go on when it may", async () => {
    const signature = `sha256=${createHmac("sha256", "mysecret").update(githubBody).digest("hex")}`;
    const connection = openConnection(receiver.port);
    connection.write(
      await headOf(
        [
          ["Content-Length", String(githubBody.length)],
          ["Expect", "100-continue"],
        ],
        signature,
      ),
    );
    const go = await connection.answer();
    connection.write(githubBody);
    const answer = await connection.answer();
    connection.socket.destroy();

    expect([go.status, answer.status]).toEqual([100, 202]);
  });

  test("is not told to go on when it may not", async () => {
    expect(
      (
        await answerTo(
          await headOf(
            [
              ["Content-Length", "5"],
              ["Expect", "100-continue"],
            ],
            "none",
          ),
        )
      ).status,
    ).toBe(403);
  });
});

describe("a slow body", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
  });

  /** A signed request of which so much has been read. */
  async function halfSent(bytes: number, declared: number): Promise<ReturnType<typeof openConnection>> {
    const connection = openConnection(receiver.port);
    connection.write(
      await headOf([
        ["Content-Length", String(declared)],
        ["Expect", "100-continue"],
      ]),
    );
    expect((await connection.answer()).status).toBe(100);
    if (bytes > 0) {
      connection.write(Buffer.alloc(bytes, 0x20));
      await roundTrip();
    }
    return connection;
  }
  /** By the time that another connection has its answer, the receiver has read what was sent before. */
  async function roundTrip(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) {
      const other = openConnection(receiver.port);
      other.write(requestBytes({ method: "GET", path: "/health", headers: [] }));
      await other.answer();
      other.socket.destroy();
    }
  }

  test("of less than 1 KiB a second is cut off with 408", async () => {
    const connection = await halfSent(100, 20_000);

    vi.advanceTimersByTime(3_000);
    const answer = await connection.answer();
    connection.socket.end();
    await connection.closed;

    expect(errorCode(answer)).toBe("408 REQUEST_TIMEOUT");
    expect(receiver.refused.map(({ code }) => code)).toEqual(["REQUEST_TIMEOUT"]);
  });

  test("that has not begun is cut off as well", async () => {
    const connection = await halfSent(0, 20_000);

    vi.advanceTimersByTime(3_000);

    expect(errorCode(await connection.answer())).toBe("408 REQUEST_TIMEOUT");
    connection.socket.destroy();
  });

  test("of more than that may take its time", async () => {
    const signature = `sha256=${createHmac("sha256", "mysecret").update(githubBody).digest("hex")}`;
    const connection = openConnection(receiver.port);
    const body = githubBody.padEnd(20_000);
    const right = `sha256=${createHmac("sha256", "mysecret").update(body).digest("hex")}`;
    expect(right).not.toBe(signature);
    connection.write(
      await headOf(
        [
          ["Content-Length", "20000"],
          ["Expect", "100-continue"],
        ],
        right,
      ),
    );
    await connection.answer();
    connection.write(body.slice(0, 10_000));
    await roundTrip();
    vi.advanceTimersByTime(9_000);
    connection.write(body.slice(10_000));

    expect((await connection.answer()).status).toBe(202);
    connection.socket.destroy();
  });

  test("that holds room which others may want must be faster", async () => {
    const connection = await halfSent(300_000, 5 * mebibyte);

    vi.advanceTimersByTime(3_000);

    expect(errorCode(await connection.answer())).toBe("408 REQUEST_TIMEOUT");
    connection.socket.destroy();
  });

  test("whose sender hangs up leaves nothing behind", async () => {
    const connection = await halfSent(100, 20_000);
    connection.socket.destroy();
    await connection.closed;
    await roundTrip();

    vi.advanceTimersByTime(10_000);

    expect(receiver.refused).toEqual([]);
    expect(receiver.store.batches).toEqual([]);
  });

  test("is over when the request's time is over, however fast it was", async () => {
    vi.useRealTimers();
    await receiver.stop();
    receiver = await startReceiver({ limits: { headersTimeoutMs: 20, requestTimeoutMs: 60, checkEveryMs: 10 } });
    const connection = openConnection(receiver.port);
    connection.write(await headOf([["Content-Length", "200000"]]));
    connection.write(Buffer.alloc(100_000, 0x20));

    const answer = await connection.answer();
    await connection.closed;

    expect(errorCode(answer)).toBe("408 REQUEST_TIMEOUT");
  });
});

describe("an address", () => {
  test("outside the allow-list is refused, whatever it has signed", async () => {
    await receiver.stop();
    const asked: string[] = [];
    receiver = await startReceiver({ deps: { allowList: (address) => asked.push(address) > 1 } });
    const refused = await receiver.post(path, await githubHeaders(githubBody), githubBody);
    const allowed = await receiver.post(path, await githubHeaders(githubBody), githubBody);

    expect(errorCode(refused)).toBe("403 ADDRESS_NOT_ALLOWED");
    expect(allowed.status).toBe(202);
    expect(asked).toEqual(["127.0.0.1", "127.0.0.1"]);
    expect(receiver.refused.map(({ code }) => code)).toEqual(["ADDRESS_NOT_ALLOWED"]);
  });

  test("over its rate limit is told when to come again", async () => {
    await receiver.stop();
    receiver = await startReceiver({ deps: { rateLimit: () => ({ allowed: false, retryAfterSeconds: 17.2 }) } });
    const answer = await receiver.post(path, await githubHeaders(githubBody), githubBody);

    expect([errorCode(answer), answer.headers["retry-after"]]).toEqual(["429 RATE_LIMITED", "18"]);
    expect(receiver.store.batches).toEqual([]);
  });
});

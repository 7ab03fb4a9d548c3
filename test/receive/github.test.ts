import { createHash, createHmac } from "node:crypto";
import { sign } from "@octokit/webhooks-methods";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { githubForgeries } from "./github-forgeries.ts";
import { githubBody, githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import { errorCode, noSecrets, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/github";
const deliveryId = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.stop();
  expect(receiver.failures).toEqual([]);
});

describe("a signed delivery", () => {
  test("is stored as it came and answered 202", async () => {
    const answer = await receiver.post(path, await githubHeaders(githubBody), githubBody);

    expect(answer.status).toBe(202);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(answer.body)).toEqual({ status: "accepted", delivery_id: deliveryId });
    expect(receiver.store.deliveries).toHaveLength(1);
    const delivery = receiver.store.deliveries[0];
    expect(delivery).toMatchObject({
      source: "github",
      provider: "github",
      hookId: "292430182",
      deliveryId,
      event: "pull_request",
      contentType: "application/json",
      secretUsed: "current",
      receivedAt: "2026-05-01T12:00:00.000Z",
    });
    expect(Buffer.from(delivery?.body ?? []).toString()).toBe(githubBody);
  });

  test("keeps the headers that mean something and no other", async () => {
    const extra = {
      Authorization: "Bearer s3cret",
      Cookie: "a=b",
      "X-Forwarded-For": "10.0.0.1",
      "User-Agent": "u".repeat(2_000),
    };
    await receiver.post(path, await githubHeaders(githubBody, extra), githubBody);

    expect(receiver.store.deliveries[0]?.headers).toEqual({
      "content-type": "application/json",
      "user-agent": "u".repeat(512),
      "x-github-event": "pull_request",
      "x-github-delivery": deliveryId,
      "x-github-hook-id": "292430182",
      "x-github-hook-installation-target-id": "79929171",
      "x-github-hook-installation-target-type": "repository",
    });
  });

  test("is answered only after the store has answered", async () => {
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    let answered = false;
    const answer = receiver.post(path, await githubHeaders(githubBody), githubBody).then((given) => {
      answered = true;
      return given;
    });
    await batch;
    await receiver.post("/health", {}, "").catch(() => undefined);
    expect(answered).toBe(false);

    letGo();

    expect((await answer).status).toBe(202);
  });

  test("carries the time at which it came", async () => {
    for (const id of ["a", "b", "c"]) {
      await receiver.post(path, await githubHeaders(githubBody, { "X-GitHub-Delivery": id }), githubBody);
      if (id !== "a") receiver.now = new Date(receiver.now.getTime() + 1);
    }

    expect(receiver.store.deliveries.map(({ receivedAt }) => receivedAt)).toEqual([
      "2026-05-01T12:00:00.000Z",
      "2026-05-01T12:00:00.000Z",
      "2026-05-01T12:00:00.001Z",
    ]);
  });

  test.each([
    "/api/webhooks/github",
    "/api/webhooks/github/",
    "/webhooks/github",
    "/webhooks/github/",
    "/api/webhooks/github?from=hook",
  ])("is taken at %s, without a redirect", async (at) => {
    const answer = await receiver.post(at, await githubHeaders(githubBody), githubBody);

    expect(answer.status).toBe(202);
  });

  test("is taken at a listener's own path too", async () => {
    const own = await startReceiver({ extraGithubPath: "/hooks/in" });

    const answers = [
      await own.post("/hooks/in", await githubHeaders(githubBody), githubBody),
      await own.post("/hooks/in/", await githubHeaders(githubBody), githubBody),
    ];
    const elsewhere = await receiver.post("/hooks/in", await githubHeaders(githubBody), githubBody);
    await own.stop();

    expect(answers.map((answer) => answer.status)).toEqual([202, 200]);
    expect(errorCode(elsewhere)).toBe("404 RESOURCE_NOT_FOUND");
  });

  test("may be form-encoded, and the form is stored as it came", async () => {
    const form = `payload=${encodeURIComponent(githubBody)}`;
    const answer = await receiver.post(
      path,
      await githubHeaders(form, { "Content-Type": "application/x-www-form-urlencoded" }),
      form,
    );

    expect(answer.status).toBe(202);
    expect(receiver.store.deliveries[0]).toMatchObject({ contentType: "application/x-www-form-urlencoded" });
    expect(Buffer.from(receiver.store.deliveries[0]?.body ?? []).toString()).toBe(form);
  });

  test.each(["payload=%7B%7D&payload=%7B%7D", "other=1"])(
    "may be the odd form %s, which is for the normaliser to set aside",
    async (form) => {
      const answer = await receiver.post(
        path,
        await githubHeaders(form, { "Content-Type": "application/x-www-form-urlencoded" }),
        form,
      );

      expect(answer.status).toBe(202);
    },
  );

  test("may hold bytes that are no UTF-8, since the signature covers bytes", async () => {
    const body = Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    const signature = `sha256=${createHmac("sha256", "mysecret").update(body).digest("hex")}`;
    const ofText = `sha256=${createHmac("sha256", "mysecret").update(body.toString("utf8")).digest("hex")}`;

    const answer = await receiver.post(
      path,
      await githubHeaders(githubBody, { "X-Hub-Signature-256": signature }),
      body,
    );

    expect(signature).not.toBe(ofText);
    expect(answer.status).toBe(202);
    expect(Buffer.from(receiver.store.deliveries[0]?.body ?? []).equals(body)).toBe(true);
  });

  test("has a body that shares its memory with nothing, however it came", async () => {
    const seen: [number, number, number][] = [];
    const own = await startReceiver({
      deps: {
        async accept(batch) {
          for (const { body } of batch) seen.push([body.byteOffset, body.length, body.buffer.byteLength]);
          return batch.map(() => ({ kind: "accepted" }));
        },
      },
    });
    const long = `{"a":"${"x".repeat(300_000)}"}`;
    const bytes = requestBytes({ path, headers: Object.entries(await githubHeaders(long)), body: long });
    const chunked = requestBytes({
      path,
      headers: [...Object.entries(await githubHeaders(githubBody)), ["Transfer-Encoding", "chunked"]],
    });
    const connection = openConnection(own.port);

    connection.write(
      requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody }),
    );
    await connection.answer();
    connection.write(bytes.subarray(0, 1_000));
    connection.write(bytes.subarray(1_000));
    await connection.answer();
    connection.write(chunked);
    for (const piece of [githubBody.slice(0, 10), githubBody.slice(10)])
      connection.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
    connection.write("0\r\n\r\n");
    await connection.answer();
    connection.socket.destroy();
    await own.stop();

    expect(seen).toEqual([githubBody.length, long.length, githubBody.length].map((length) => [0, length, length]));
  });

  test("is followed by the next one on the same connection, and pipelined ones are answered in order", async () => {
    const connection = openConnection(receiver.port);
    const ids = ["first", "second", "third"];
    for (const id of ids)
      connection.write(
        requestBytes({
          path,
          headers: Object.entries(await githubHeaders(githubBody, { "X-GitHub-Delivery": id })),
          body: githubBody,
        }),
      );

    const answers = [await connection.answer(), await connection.answer(), await connection.answer()];
    connection.socket.destroy();

    expect(answers.map((answer) => (JSON.parse(answer.body) as { delivery_id: string }).delivery_id)).toEqual(ids);
  });
});

describe("a repeated delivery", () => {
  test("is told that it is known, and changes nothing", async () => {
    const headers = await githubHeaders(githubBody);
    await receiver.post(path, headers, githubBody);
    const again = await receiver.post(path, headers, githubBody);

    expect(again.status).toBe(200);
    expect(JSON.parse(again.body)).toEqual({ status: "duplicate", delivery_id: deliveryId });
    expect(receiver.store.deliveries).toHaveLength(1);
  });

  test("with another body is refused, and the first is kept", async () => {
    const other = githubBody.replace("opened", "closed");
    await receiver.post(path, await githubHeaders(githubBody), githubBody);
    const answer = await receiver.post(path, await githubHeaders(other), other);

    expect(errorCode(answer)).toBe("409 DELIVERY_ID_CONFLICT");
    expect(receiver.store.deliveries.map(({ body }) => Buffer.from(body).toString())).toEqual([githubBody]);
    expect(receiver.refused.map(({ code }) => code)).toEqual(["DELIVERY_ID_CONFLICT"]);
    expect(receiver.stored.map(({ outcome }) => outcome)).toEqual(["accepted", "conflict"]);
  });

  test("that comes a thousand times at once is stored once and always answered 2xx", async () => {
    const bytes = requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody });
    const connections = Array.from({ length: 1_000 }, () => openConnection(receiver.port));

    for (const connection of connections) connection.write(bytes);
    const answers = await Promise.all(connections.map((connection) => connection.answer()));
    for (const connection of connections) connection.socket.destroy();

    const statuses = answers.map(
      (answer) => `${answer.status} ${(JSON.parse(answer.body) as { status: string }).status}`,
    );
    expect(statuses.filter((status) => status === "202 accepted")).toHaveLength(1);
    expect(statuses.filter((status) => status === "200 duplicate")).toHaveLength(999);
    expect(receiver.store.deliveries).toHaveLength(1);
  });

  test("from another hook is another delivery: hooks share GitHub's id", async () => {
    await receiver.post(path, await githubHeaders(githubBody), githubBody);
    const answer = await receiver.post(path, await githubHeaders(githubBody, { "X-GitHub-Hook-ID": "7" }), githubBody);

    expect(answer.status).toBe(202);
    expect(receiver.store.deliveries.map(({ hookId }) => hookId)).toEqual(["292430182", "7"]);
  });
});

describe("what an event is answered", () => {
  test("a ping is answered pong, every time, and stored", async () => {
    const headers = await githubHeaders(githubBody, { "X-GitHub-Event": "ping" });
    const answers = [await receiver.post(path, headers, githubBody), await receiver.post(path, headers, githubBody)];

    for (const answer of answers) expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: "pong" }]);
    expect(receiver.store.deliveries.map(({ event }) => event)).toEqual(["ping"]);
  });

  test("an event that is none of ours is ignored, and stored", async () => {
    const answer = await receiver.post(
      path,
      await githubHeaders(githubBody, { "X-GitHub-Event": "totally_new_event" }),
      githubBody,
    );

    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      202,
      { status: "ignored", delivery_id: deliveryId, event: "totally_new_event" },
    ]);
    expect(receiver.store.deliveries).toHaveLength(1);
  });

  test.each([
    "pull_request",
    "push",
    "workflow_run",
    "workflow_job",
    "check_run",
    "check_suite",
    "status",
    "issue_comment",
    "issues",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_review_thread",
    "installation",
    "installation_repositories",
    "repository",
  ])("%s is accepted", async (event) => {
    const answer = await receiver.post(path, await githubHeaders(githubBody, { "X-GitHub-Event": event }), githubBody);

    expect(JSON.parse(answer.body)).toMatchObject({ status: "accepted" });
  });
});

describe("a signature", () => {
  /** With white space that JSON.stringify would not write. */
  const spacedBody = githubBody.replace(":", ": ");
  const right = createHmac("sha256", "mysecret").update(githubBody).digest("hex");
  test.each(githubForgeries(spacedBody, "mysecret"))(
    "that %s is refused with 403, and nothing is stored",
    async (_what, signature) => {
      const answer = await receiver.post(
        path,
        await githubHeaders(githubBody, { "X-Hub-Signature-256": signature }),
        spacedBody,
      );

      expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
      expect(receiver.store.batches).toEqual([]);
      expect(receiver.refused).toEqual([
        { source: "github", code: "INVALID_SIGNATURE", address: "127.0.0.1", at: "2026-05-01T12:00:00.000Z" },
      ]);
      expect(answer.body).not.toContain("mysecret");
      expect(answer.body).not.toContain(createHmac("sha256", "mysecret").update(spacedBody).digest("hex"));
    },
  );

  test.each([
    ["equal", `sha256=${right}`],
    ["different", `sha256=${"0".repeat(64)}`],
  ])("that comes twice is refused, also when the two are %s", async (_what, second) => {
    const headers: [string, string][] = [
      ...Object.entries(await githubHeaders(githubBody)),
      ["x-hub-signature-256", second],
    ];

    expect(errorCode(await receiver.post(path, headers, githubBody))).toBe("403 INVALID_SIGNATURE");
    expect(receiver.store.batches).toEqual([]);
  });

  test("of the old kind alone is refused", async () => {
    const sha1 = `sha1=${createHmac("sha1", "mysecret").update(githubBody).digest("hex")}`;

    expect(
      errorCode(
        await receiver.post(
          path,
          await githubHeaders(githubBody, { "X-Hub-Signature": sha1, "X-Hub-Signature-256": null }),
          githubBody,
        ),
      ),
    ).toBe("403 INVALID_SIGNATURE");
  });

  test("of a documented example holds", async () => {
    // GitHub's own example and that of octokit/webhooks-methods. The first body is no JSON object, so it gets past the signature and no further.
    receiver.secrets.github = { ...noSecrets, hmac: ["It's a Secret to Everybody"] };
    const documented = await receiver.post(
      path,
      await githubHeaders(githubBody, {
        "X-Hub-Signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
      }),
      "Hello, World!",
    );
    receiver.secrets.github = { ...noSecrets, hmac: ["mysecret"] };
    const octokit = await receiver.post(
      path,
      await githubHeaders(githubBody, {
        "X-Hub-Signature-256": "sha256=4864d2759938a15468b5df9ade20bf161da9b4f737ea61794142f3484236bda3",
      }),
      '{"foo":"bar"}',
    );

    expect(errorCode(documented)).toBe("400 BAD_REQUEST");
    expect(octokit.status).toBe(202);
  });

  test("decides before the body is read when it is missing", async () => {
    const connection = openConnection(receiver.port);
    const headers: [string, string][] = [
      ...Object.entries(await githubHeaders(githubBody, { "X-Hub-Signature-256": null })),
      ["Content-Length", "20000000"],
    ];

    connection.write(requestBytes({ path, headers }));
    const answer = await connection.answer();
    connection.socket.end();
    await connection.closed;

    expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
    expect(answer.headers.connection).toBe("close");
  });

  test("that is wrong leaves the connection fit for the next request, since the body was read", async () => {
    const connection = openConnection(receiver.port);
    connection.write(
      requestBytes({
        path,
        headers: Object.entries(await githubHeaders(githubBody, {}, "yoursecret")),
        body: githubBody,
      }),
    );
    connection.write(
      requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody }),
    );

    const statuses = [(await connection.answer()).status, (await connection.answer()).status];
    connection.socket.destroy();

    expect(statuses).toEqual([403, 202]);
  });
});

describe("two secrets", () => {
  test("are live at once while a rotation lasts, and only then", async () => {
    receiver.secrets.github = { ...noSecrets, hmac: ["new", "old"] };
    const during = [
      await receiver.post(path, await githubHeaders(githubBody, { "X-GitHub-Delivery": "a" }, "new"), githubBody),
      await receiver.post(path, await githubHeaders(githubBody, { "X-GitHub-Delivery": "b" }, "old"), githubBody),
    ];
    receiver.secrets.github = { ...noSecrets, hmac: ["new"] };
    const after = await receiver.post(
      path,
      await githubHeaders(githubBody, { "X-GitHub-Delivery": "c" }, "old"),
      githubBody,
    );

    expect(during.map(({ status }) => status)).toEqual([202, 202]);
    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["current", "previous"]);
    expect(receiver.stored.map(({ secretUsed }) => secretUsed)).toEqual(["current", "previous"]);
    expect(errorCode(after)).toBe("403 INVALID_SIGNATURE");
  });

  test("may be one: a previous secret without a current one is still the previous one", async () => {
    receiver.secrets.github = { ...noSecrets, hmac: ["", "old"] };
    await receiver.post(path, await githubHeaders(githubBody, {}, "old"), githubBody);

    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["previous"]);
  });

  test("may be of any length and of any characters", async () => {
    for (const secret of ["a", " inner and leading spaces kept", "ключ 🗝", "x".repeat(4_096)]) {
      receiver.secrets.github = { ...noSecrets, hmac: [secret] };
      const answer = await receiver.post(
        path,
        await githubHeaders(githubBody, { "X-GitHub-Delivery": `d${secret.length}` }, secret),
        githubBody,
      );
      expect(answer.status).toBe(202);
    }
  });
});

describe("a source", () => {
  test.each([[[]], [[""]], [["", ""]]])(
    "with the secrets %j takes nothing, not even what an empty secret signed",
    async (hmac) => {
      receiver.secrets.github = { ...noSecrets, hmac };
      const signature = `sha256=${createHmac("sha256", "").update(githubBody).digest("hex")}`;
      const answer = await receiver.post(
        path,
        await githubHeaders(githubBody, { "X-Hub-Signature-256": signature }),
        githubBody,
      );

      expect(errorCode(answer)).toBe("503 SOURCE_NOT_CONFIGURED");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      expect(receiver.store.batches).toEqual([]);
    },
  );

  test("of its own has its own secret", async () => {
    receiver.secrets["github/acme"] = { ...noSecrets, hmac: ["acme-secret"] };
    const own = await receiver.post(`${path}/acme`, await githubHeaders(githubBody, {}, "acme-secret"), githubBody);
    const byDefault = await receiver.post(`${path}/acme/`, await githubHeaders(githubBody), githubBody);
    const crossed = await receiver.post(path, await githubHeaders(githubBody, {}, "acme-secret"), githubBody);

    expect(own.status).toBe(202);
    expect(receiver.store.deliveries[0]?.source).toBe("acme");
    expect(errorCode(byDefault)).toBe("403 INVALID_SIGNATURE");
    expect(errorCode(crossed)).toBe("403 INVALID_SIGNATURE");
  });

  test.each(["/nobody", "/a/b", "/%67ithub", "/..", `/${"x".repeat(300)}`, "/acme%2f"])(
    "that nobody configured (%s) is not found, whatever the signature",
    async (name) => {
      const unsigned = await receiver.post(
        path + name,
        await githubHeaders(githubBody, { "X-Hub-Signature-256": null }),
        githubBody,
      );
      const signed = await receiver.post(path + name, await githubHeaders(githubBody), githubBody);

      expect([errorCode(unsigned), errorCode(signed)]).toEqual(["404 SOURCE_NOT_FOUND", "404 SOURCE_NOT_FOUND"]);
    },
  );

  test("of another provider is not found under this one's path", async () => {
    receiver.secrets["gitlab/acme"] = { ...noSecrets, plainTokens: ["t"] };

    expect(errorCode(await receiver.post(`${path}/acme`, await githubHeaders(githubBody), githubBody))).toBe(
      "404 SOURCE_NOT_FOUND",
    );
  });
});

describe("a header", () => {
  const unusable: [string, Record<string, string | null>][] = [
    ["no delivery id", { "X-GitHub-Delivery": null }],
    ["an empty delivery id", { "X-GitHub-Delivery": "" }],
    ["a delivery id with a path in it", { "X-GitHub-Delivery": "../../etc/passwd" }],
    ["a delivery id with a quote in it", { "X-GitHub-Delivery": 'a"b' }],
    ["a delivery id with a space in it", { "X-GitHub-Delivery": "a b" }],
    ["a delivery id of 300 characters", { "X-GitHub-Delivery": "a".repeat(300) }],
    ["a delivery id with a letter above ASCII", { "X-GitHub-Delivery": "caf\u00e9" }],
    ["no event", { "X-GitHub-Event": null }],
    ["an event that is no word", { "X-GitHub-Event": "pull_request, push" }],
    ["an event of 300 characters", { "X-GitHub-Event": "a".repeat(300) }],
    ["a hook id that is no number", { "X-GitHub-Hook-ID": "1; drop table" }],
  ];
  test.each(unusable)("set with %s is refused with 400", async (_what, change) => {
    const answer = await receiver.post(path, await githubHeaders(githubBody, change), githubBody);

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
    expect(receiver.store.batches).toEqual([]);
  });

  test.each(["X-GitHub-Delivery", "X-GitHub-Event", "X-GitHub-Hook-ID"])(
    "%s that comes twice is refused with 400",
    async (name) => {
      const headers: [string, string][] = [
        ...Object.entries(await githubHeaders(githubBody)),
        [name.toLowerCase(), "7"],
      ];

      expect(errorCode(await receiver.post(path, headers, githubBody))).toBe("400 BAD_REQUEST");
    },
  );

  test("is known in any spelling", async () => {
    const headers = Object.entries(await githubHeaders(githubBody)).map(([name, value]): [string, string] => [
      name.toUpperCase(),
      value,
    ]);

    expect((await receiver.post(path, headers, githubBody)).status).toBe(202);
  });

  test("with the secret in it is dropped, and its owner is told once", async () => {
    const headers = await githubHeaders(githubBody, {
      "X-Github-Encoded-Secret": Buffer.from("mysecret").toString("base64"),
    });
    await receiver.post(path, headers, githubBody);
    await receiver.post(path, headers, githubBody);

    expect(JSON.stringify(receiver.store.deliveries[0]?.headers)).not.toContain("bXlzZWNyZXQ");
    expect(receiver.exposed).toEqual(["github"]);
  });

  test.each([
    ["no content type", { "Content-Type": null }],
    ["plain text", { "Content-Type": "text/plain" }],
    ["a type that only begins like JSON", { "Content-Type": "application/json-patch+json" }],
    ["JSON in another charset", { "Content-Type": "application/json; charset=utf-16" }],
    ["two types", { "Content-Type": "application/json, text/html" }],
    ["multipart", { "Content-Type": "multipart/form-data; boundary=x" }],
    ["gzip", { "Content-Encoding": "gzip" }],
    ["br", { "Content-Encoding": "br" }],
    ["deflate", { "Content-Encoding": "deflate" }],
  ])("that says %s is refused with 415", async (_what, change) => {
    const answer = await receiver.post(path, await githubHeaders(githubBody, change), githubBody);

    expect(errorCode(answer)).toBe("415 UNSUPPORTED_MEDIA_TYPE");
    expect(receiver.store.batches).toEqual([]);
  });

  test("may say JSON in the ways that senders do", async () => {
    for (const [index, type] of [
      "application/json;charset=UTF-8",
      'application/json; charset="utf-8"',
      "Application/JSON",
    ].entries()) {
      const answer = await receiver.post(
        path,
        await githubHeaders(githubBody, { "Content-Type": type, "X-GitHub-Delivery": `d${index}` }),
        githubBody,
      );
      expect(answer.status).toBe(202);
    }
  });
});

describe("a signed body", () => {
  test.each([
    ["is cut off", '{"action":"opened"'],
    ["begins with a byte order mark", `\ufeff${githubBody}`],
    ["is an array", "[1,2]"],
    ["is an array of objects", "[{}]"],
    ["is a string", '"{}"'],
    ["is a word", "null"],
    ["is one brace", "{"],
    ["is the wrong way round", "}{"],
    ["is white space", " \n\t "],
    ["ends in a NUL", `${githubBody}\u0000`],
    ["is surrounded by white space that JSON does not know", `\u00a0${githubBody}`],
  ])("that %s is refused with 400", async (_what, body) => {
    const answer = await receiver.post(path, await githubHeaders(body), body);

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
    expect(receiver.store.batches).toEqual([]);
  });

  test.each([
    ["empty", "application/json"],
    ["empty", "application/x-www-form-urlencoded"],
  ])("that is %s as %s is refused with 400", async (_what, type) => {
    const signature = `sha256=${createHmac("sha256", "mysecret").update("").digest("hex")}`;
    const answer = await receiver.post(
      path,
      await githubHeaders("", { "Content-Type": type, "X-Hub-Signature-256": signature }),
      "",
    );

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
  });

  test.each([
    ["has a comma too many", '{"a":1,}'],
    ["holds NaN", '{"a":NaN}'],
    ["has single quotes", "{'a':1}"],
    ["is two objects", "{}{}"],
    ["reaches for the prototype", '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}'],
    ["is nested 200,000 deep", `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["has a NUL escape", '{"a":"\\u0000"}'],
    ["names no repository", '{"action":"x"}'],
    ["is surrounded by white space", ` \r\n\t${githubBody}\n `],
  ])("that %s is stored: what it says is learned after the answer", async (_what, body) => {
    const answer = await receiver.post(path, await githubHeaders(body), body);

    expect(answer.status).toBe(202);
    expect(Buffer.from(receiver.store.deliveries[0]?.body ?? []).toString()).toBe(body);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  test("is checked for braces only after its signature", async () => {
    expect(errorCode(await receiver.post(path, await githubHeaders("[]", {}, "yoursecret"), "[]"))).toBe(
      "403 INVALID_SIGNATURE",
    );
  });

  test("of ten megabytes is stored whole", async () => {
    const body = `{"body":"${"x".repeat(10_000_000)}"}`;
    const headers = await githubHeaders(githubBody, { "X-Hub-Signature-256": await sign("mysecret", body) });
    const answer = await receiver.post(path, headers, body);

    expect(answer.status).toBe(202);
    expect(
      createHash("sha256")
        .update(receiver.store.deliveries[0]?.body ?? "")
        .digest("hex"),
    ).toBe(createHash("sha256").update(body).digest("hex"));
  });
});

import { createHash, createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorCode, noSecrets, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/gitlab";
const body = '{"object_kind":"merge_request","project":{"id":5,"path_with_namespace":"acme/web"}}';
const id = "8b9f4f0e-66fe-4bd5-8c4f-2b7f3f0d3c11";
const signingToken = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const otherToken = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.stop();
  expect(receiver.failures).toEqual([]);
});

type Change = Record<string, string | null>;

function gitlabHeaders(change: Change = {}): Record<string, string> {
  const headers: Change = {
    "User-Agent": "GitLab/19.1.0",
    "Content-Type": "application/json",
    "X-Gitlab-Event": "Merge Request Hook",
    "X-Gitlab-Instance": "https://gitlab.example",
    "X-Gitlab-Webhook-UUID": "02affd2d-2cba-4033-917d-ec22d5dc4b38",
    "X-Gitlab-Event-UUID": "13792a34-cac6-4fda-95a8-c58e00a3954e",
    "Idempotency-Key": id,
    ...change,
  };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null));
}

/** Signed by the Standard Webhooks library and not by ours. */
function signed(
  change: Change = {},
  options: { token?: string; at?: Date; id?: string; body?: string } = {},
): Record<string, string> {
  const at = options.at ?? receiver.now;
  const webhookId = options.id ?? id;
  return gitlabHeaders({
    "webhook-id": webhookId,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(options.token ?? signingToken).sign(webhookId, at, options.body ?? body),
    ...change,
  });
}

describe("a source with a plain token", () => {
  beforeEach(() => {
    receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["glsecret"] };
  });

  test("takes what carries the token, and stores it under the idempotency key", async () => {
    const answer = await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret" }), body);

    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { status: "accepted", delivery_id: id }]);
    expect(receiver.store.deliveries[0]).toMatchObject({
      source: "gitlab",
      provider: "gitlab",
      deliveryId: id,
      hookId: "02affd2d-2cba-4033-917d-ec22d5dc4b38",
      event: "Merge Request Hook",
      secretUsed: "current",
    });
    expect(receiver.store.deliveries[0]?.headers).toEqual({
      "content-type": "application/json",
      "user-agent": "GitLab/19.1.0",
      "x-gitlab-event": "Merge Request Hook",
      "x-gitlab-event-uuid": "13792a34-cac6-4fda-95a8-c58e00a3954e",
      "x-gitlab-webhook-uuid": "02affd2d-2cba-4033-917d-ec22d5dc4b38",
      "x-gitlab-instance": "https://gitlab.example",
      "idempotency-key": id,
    });
  });

  test.each<[string, string | null]>([
    ["missing", null],
    ["empty", ""],
    ["another", "glsecreT"],
    ["a beginning of the right one", "glsecre"],
    ["longer than the right one", "glsecret1"],
    ["very long", "g".repeat(8_000)],
  ])("refuses a token that is %s", async (_what, token) => {
    const answer = await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": token }), body);

    expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
    expect(receiver.store.batches).toEqual([]);
  });

  test("takes no empty token for an empty secret beside a live one", async () => {
    receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["", "old"] };

    expect(errorCode(await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "" }), body))).toBe(
      "403 INVALID_SIGNATURE",
    );
    await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "old" }), body);
    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["previous"]);
  });

  test("refuses a token that comes twice", async () => {
    const headers: [string, string][] = [
      ...Object.entries(gitlabHeaders({ "X-Gitlab-Token": "glsecret" })),
      ["X-Gitlab-Token", "glsecret"],
    ];

    expect(errorCode(await receiver.post(path, headers, body))).toBe("403 INVALID_SIGNATURE");
  });

  test("compares bytes, so that a token above ASCII works", async () => {
    receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["pässwörd"] };
    const onTheWire = Buffer.from("pässwörd", "utf8").toString("latin1");

    expect((await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": onTheWire }), body)).status).toBe(202);
  });

  test("takes the previous token while both are live, and says which it was", async () => {
    receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["new", "glsecret"] };
    await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret" }), body);
    receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["new"] };
    const after = await receiver.post(
      path,
      gitlabHeaders({ "X-Gitlab-Token": "glsecret", "Idempotency-Key": "other" }),
      body,
    );

    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["previous"]);
    expect(errorCode(after)).toBe("403 INVALID_SIGNATURE");
  });

  test("does not take a signature for a token", async () => {
    expect(errorCode(await receiver.post(path, signed(), body))).toBe("403 INVALID_SIGNATURE");
  });

  test("names a delivery of an older GitLab by its event and its body", async () => {
    const headers = gitlabHeaders({ "X-Gitlab-Token": "glsecret", "Idempotency-Key": null });
    const other = body.replace("acme", "other");
    const answers = [
      await receiver.post(path, headers, body),
      await receiver.post(path, headers, other),
      await receiver.post(path, headers, body),
    ];

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 200]);
    expect(receiver.store.deliveries[0]?.deliveryId).toBe(
      `13792a34-cac6-4fda-95a8-c58e00a3954e-${createHash("sha256").update(body).digest("hex")}`,
    );
  });

  test.each<[string, Change]>([
    ["no id at all", { "Idempotency-Key": null, "X-Gitlab-Event-UUID": null }],
    ["an empty id", { "Idempotency-Key": "" }],
    ["an id with a dot", { "Idempotency-Key": "a.b" }],
    ["an id of 300 characters", { "Idempotency-Key": "a".repeat(300) }],
    ["a malformed event id", { "Idempotency-Key": null, "X-Gitlab-Event-UUID": "../.." }],
    ["no event", { "X-Gitlab-Event": null }],
    ["an event that is no name", { "X-Gitlab-Event": '"Hook"' }],
    ["a malformed hook id", { "X-Gitlab-Webhook-UUID": "a b" }],
  ])("refuses %s with 400", async (_what, change) => {
    const answer = await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret", ...change }), body);

    expect(errorCode(answer)).toBe("400 BAD_REQUEST");
    expect(receiver.store.batches).toEqual([]);
  });

  test("takes no forms", async () => {
    const answer = await receiver.post(
      path,
      gitlabHeaders({ "X-Gitlab-Token": "glsecret", "Content-Type": "application/x-www-form-urlencoded" }),
      "payload=%7B%7D",
    );

    expect(errorCode(answer)).toBe("415 UNSUPPORTED_MEDIA_TYPE");
  });

  test.each([
    "Merge Request Hook",
    "Push Hook",
    "Pipeline Hook",
    "Job Hook",
    "Note Hook",
    "Issue Hook",
    "Confidential Note Hook",
    "Confidential Issue Hook",
  ])("accepts a %s", async (event) => {
    const answer = await receiver.post(
      path,
      gitlabHeaders({ "X-Gitlab-Token": "glsecret", "X-Gitlab-Event": event }),
      body,
    );

    expect(JSON.parse(answer.body)).toMatchObject({ status: "accepted" });
  });

  test.each(["System Hook", "Wiki Page Hook", "Resource Access Token Hook", "Something New Hook"])(
    "ignores a %s, and stores it: GitLab switches off a hook that meets errors",
    async (event) => {
      const answer = await receiver.post(
        path,
        gitlabHeaders({ "X-Gitlab-Token": "glsecret", "X-Gitlab-Event": event }),
        body,
      );

      expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { status: "ignored", delivery_id: id, event }]);
      expect(receiver.store.deliveries).toHaveLength(1);
    },
  );

  test("checks the token before the body and the body's form after it", async () => {
    expect(errorCode(await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "wrong" }), "[]"))).toBe(
      "403 INVALID_SIGNATURE",
    );
    expect(errorCode(await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret" }), "[]"))).toBe(
      "400 BAD_REQUEST",
    );
  });
});

describe("a source with a signing token", () => {
  beforeEach(() => {
    receiver.secrets.gitlab = { ...noSecrets, signingTokens: [signingToken] };
  });

  test("takes what an independent library signed, and stores it under the signed id", async () => {
    const answer = await receiver.post(path, signed({ "Idempotency-Key": "unsigned" }), body);

    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { status: "accepted", delivery_id: id }]);
    expect(receiver.store.deliveries[0]?.headers).not.toHaveProperty("webhook-signature");
  });

  test("takes the example of the Standard Webhooks specification, at its time", async () => {
    receiver.secrets.gitlab = { ...noSecrets, signingTokens: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] };
    receiver.now = new Date(1_614_265_330_000);
    const headers = gitlabHeaders({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });

    expect((await receiver.post(path, headers, '{"test": 2432232314}')).status).toBe(202);
  });

  test("never goes back to the plain token", async () => {
    receiver.secrets.gitlab = { ...noSecrets, signingTokens: [signingToken], plainTokens: ["glsecret"] };
    const tokenOnly = await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret" }), body);
    const wrongSignature = await receiver.post(
      path,
      signed({ "X-Gitlab-Token": "glsecret" }, { token: otherToken }),
      body,
    );

    expect([errorCode(tokenOnly), errorCode(wrongSignature)]).toEqual([
      "403 INVALID_SIGNATURE",
      "403 INVALID_SIGNATURE",
    ]);
  });

  test("never goes back to the plain token because its signing token is malformed", async () => {
    receiver.secrets.gitlab = { ...noSecrets, signingTokens: ["whsec_not base64"], plainTokens: ["glsecret"] };

    expect(errorCode(await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "glsecret" }), body))).toBe(
      "503 SOURCE_NOT_CONFIGURED",
    );
  });

  test("takes both signing tokens while a rotation lasts", async () => {
    receiver.secrets.gitlab = { ...noSecrets, signingTokens: [otherToken, signingToken] };
    await receiver.post(path, signed({}, { id: "by-previous" }), body);
    await receiver.post(path, signed({}, { id: "by-current", token: otherToken }), body);

    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["previous", "current"]);
  });

  test("takes a list of signatures if one of them is right", async () => {
    const right = new Webhook(signingToken).sign(id, receiver.now, body);
    const wrong = new Webhook(otherToken).sign(id, receiver.now, body);

    expect((await receiver.post(path, signed({ "webhook-signature": `${wrong} ${right}` }), body)).status).toBe(202);
    expect(
      (await receiver.post(path, signed({ "webhook-signature": `v1a,${"A".repeat(86)}== ${right}` }), body)).status,
    ).toBe(200);
  });

  test.each([
    [-300, 202],
    [300, 202],
    [-301, 403],
    [301, 403],
    [-86_400 * 365, 403],
  ])("judges a time %i seconds from its own clock with %i", async (seconds, status) => {
    const at = new Date(receiver.now.getTime() + seconds * 1_000);

    expect((await receiver.post(path, signed({}, { at }), body)).status).toBe(status);
    expect(receiver.store.deliveries).toHaveLength(status === 202 ? 1 : 0);
  });

  test("refuses a replay once its window is over", async () => {
    const headers = signed();
    const first = await receiver.post(path, headers, body);
    receiver.now = new Date(receiver.now.getTime() + 301_000);
    const replay = await receiver.post(path, headers, body);

    expect([first.status, errorCode(replay)]).toEqual([202, "403 INVALID_SIGNATURE"]);
  });

  const good = (): string => new Webhook(signingToken).sign(id, receiver.now, body).slice(3);
  test.each<[string, () => string | null]>([
    ["is missing", () => null],
    ["is empty", () => ""],
    ["is of version v1a", () => `v1a,${good()}`],
    ["is of version v2", () => `v2,${good()}`],
    ["has no version", good],
    ["has a version and nothing", () => "v1,"],
    ["has a space before it", () => `v1, ${good()}`],
    ["is broken by a space", () => `v1,${good().slice(0, 20)} ${good().slice(20)}`],
    ["has the URL's alphabet", () => `v1,${good().slice(0, 42)}-=`],
    ["has no padding", () => `v1,${good().slice(0, 43)}`],
    ["has too much padding", () => `v1,${good()}=`],
    [
      "has bits in its last digit that belong to no byte",
      () => `v1,${good().slice(0, 42)}${String.fromCharCode(good().charCodeAt(42) + 1)}=`,
    ],
    ["is hex", () => `v1,${createHmac("sha256", Buffer.alloc(32, 7)).update(`${id}.0.${body}`).digest("hex")}`],
    ["is by another token", () => new Webhook(otherToken).sign(id, receiver.now, body)],
    ["is for another id", () => new Webhook(signingToken).sign("other", receiver.now, body)],
    ["is for another time", () => new Webhook(signingToken).sign(id, new Date(receiver.now.getTime() + 1_000), body)],
    ["is for another body", () => new Webhook(signingToken).sign(id, receiver.now, `${body} `)],
    ["is of the body alone", () => `v1,${createHmac("sha256", Buffer.alloc(32, 7)).update(body).digest("base64")}`],
    [
      "is keyed by the token's text",
      () =>
        `v1,${createHmac("sha256", signingToken)
          .update(`${id}.${receiver.now.getTime() / 1_000}.${body}`)
          .digest("base64")}`,
    ],
    ["comes after a malformed one", () => `v1,short v1,${good()}`],
    ["is one of too many", () => `${`v1,${good()} `.repeat(20)}v1,${good()}`],
  ])("refuses a signature that %s", async (_what, signature) => {
    const answer = await receiver.post(path, signed({ "webhook-signature": signature() }), body);

    expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
    expect(receiver.store.batches).toEqual([]);
  });

  test.each<[string, Change, string]>([
    ["id is missing", { "webhook-id": null }, "403 INVALID_SIGNATURE"],
    ["time is missing", { "webhook-timestamp": null }, "403 INVALID_SIGNATURE"],
    ["time is no number", { "webhook-timestamp": "now" }, "403 INVALID_SIGNATURE"],
    ["time is negative", { "webhook-timestamp": "-1" }, "403 INVALID_SIGNATURE"],
    ["time is in milliseconds", { "webhook-timestamp": "1777636800000000" }, "403 INVALID_SIGNATURE"],
    ["time is a float", { "webhook-timestamp": "1777636800.5" }, "403 INVALID_SIGNATURE"],
  ])("refuses a request whose %s", async (_what, change, expected) => {
    expect(errorCode(await receiver.post(path, signed(change), body))).toBe(expected);
  });

  test.each(["a.b", "a".repeat(300), "", "a b"])("refuses the signed id %j with 400", async (odd) => {
    expect(errorCode(await receiver.post(path, signed({}, { id: odd }), body))).toBe("400 BAD_REQUEST");
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("refuses a second %s", async (name) => {
    const headers: [string, string][] = [...Object.entries(signed()), [name, "v1"]];

    expect(errorCode(await receiver.post(path, headers, body))).toBe("403 INVALID_SIGNATURE");
  });
});

test("a GitLab source without any token takes nothing", async () => {
  for (const secrets of [
    noSecrets,
    { ...noSecrets, plainTokens: [""], signingTokens: [""] },
    { ...noSecrets, hmac: ["glsecret"] },
  ]) {
    receiver.secrets.gitlab = secrets;
    expect(errorCode(await receiver.post(path, gitlabHeaders({ "X-Gitlab-Token": "" }), body))).toBe(
      "503 SOURCE_NOT_CONFIGURED",
    );
  }
});

test("a GitLab source of its own has its own token", async () => {
  receiver.secrets["gitlab/acme"] = { ...noSecrets, plainTokens: ["own"] };
  const answer = await receiver.post(`${path}/acme`, gitlabHeaders({ "X-Gitlab-Token": "own" }), body);

  expect([answer.status, receiver.store.deliveries[0]?.source]).toEqual([202, "acme"]);
});

import { createHash, createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errorCode, noSecrets, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/ci";
const circleciId = "3888f21b-eaa7-38e3-8f3d-75a63bba8895";
const circleciBody = `{"type":"workflow-completed","pipeline":{"id":"1285fe1d-d3a6-44fc-8886-8979558254c4"},"id":"${circleciId}","workflow":{"status":"success"}}`;
const genericBody = '{"provider":"jenkins","repository":"acme/web","run_id":"123","status":"success"}';
let receiver: ReceiverUnderTest;

beforeEach(async () => {
  receiver = await startReceiver();
  receiver.secrets.ci = { ...noSecrets, hmac: ["generic"], circleci: ["circle"] };
});
afterEach(async () => {
  await receiver.stop();
  expect(receiver.failures).toEqual([]);
});

type Change = Record<string, string | null>;
const hex = (secret: string, body: string): string => createHmac("sha256", secret).update(body).digest("hex");

function headersWith(change: Change): Record<string, string> {
  const headers: Change = { "Content-Type": "application/json", "User-Agent": "CI/1", ...change };
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null));
}
const fromCircleci = (body: string, change: Change = {}): Record<string, string> =>
  headersWith({
    "circleci-event-type": "workflow-completed",
    "circleci-signature": `v1=${hex("circle", body)}`,
    ...change,
  });
const fromJenkins = (body: string, change: Change = {}): Record<string, string> =>
  headersWith({ "X-Webhook-Signature-256": `sha256=${hex("generic", body)}`, ...change });

describe("CircleCI", () => {
  test("is stored under the id in its body, wherever in the body it stands", async () => {
    const answer = await receiver.post(path, fromCircleci(circleciBody), circleciBody);
    const again = await receiver.post(path, fromCircleci(circleciBody), circleciBody);

    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { status: "accepted", delivery_id: circleciId }]);
    expect([again.status, JSON.parse(again.body)]).toEqual([200, { status: "duplicate", delivery_id: circleciId }]);
    expect(receiver.store.deliveries[0]).toMatchObject({
      source: "ci",
      provider: "ci",
      event: "circleci",
      hookId: "",
      secretUsed: "current",
    });
    expect(receiver.store.deliveries[0]?.headers).toEqual({
      "content-type": "application/json",
      "user-agent": "CI/1",
      "circleci-event-type": "workflow-completed",
    });
  });

  test("is stored under its body's hash when it has no id", async () => {
    for (const body of [
      '{"webhook":{"id":"inner"}}',
      '{"id":7}',
      '{"id":"has \\u0022 escapes"}',
      '{"id":"../../etc"}',
      '{"id":""}',
    ]) {
      await receiver.post(path, fromCircleci(body), body);
      expect(receiver.store.deliveries.at(-1)?.deliveryId).toBe(createHash("sha256").update(body).digest("hex"));
    }
  });

  test("is stored under the id of the header when there is one", async () => {
    await receiver.post(path, fromCircleci(circleciBody, { "X-Delivery-Id": "run:17.2" }), circleciBody);

    expect(receiver.store.deliveries[0]?.deliveryId).toBe("run:17.2");
  });

  test("is answered pong when it tests the webhook", async () => {
    const body = `{"type":"ping","id":"${circleciId}"}`;
    const answer = await receiver.post(path, fromCircleci(body, { "circleci-event-type": "ping" }), body);

    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: "pong" }]);
    expect(receiver.store.deliveries).toHaveLength(1);
  });

  test.each([
    ["secret", "hello world", "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a"],
    ["another-secret", "lalala", "daa220016c8f29a8b214fbfc3671aeec2145cfb1e6790184ffb38b6d0425fa00"],
    ["hunter123", "an-important-request-payload", "9be2242094a9a8c00c64306f382a7f9d691de910b4a266f67bd314ef18ac49fa"],
    ["secret", "foo", "773ba44693c7553d6ee20f61ea5d2757a9a4f4a44d2841ae4e95b52e4cd62db4"],
  ])("has its documented example for the secret %j and the body %j taken for signed", async (secret, body, digest) => {
    // The examples are no JSON objects, so they get past the signature and no further; one digit changed, and they do not get that far.
    receiver.secrets.ci = { ...noSecrets, circleci: [secret] };
    const documented = await receiver.post(path, fromCircleci(body, { "circleci-signature": `v1=${digest}` }), body);
    const changed = await receiver.post(
      path,
      fromCircleci(body, { "circleci-signature": `v1=${digest.slice(0, 63)}${digest.endsWith("0") ? "1" : "0"}` }),
      body,
    );

    expect([errorCode(documented), errorCode(changed)]).toEqual(["400 BAD_REQUEST", "403 INVALID_SIGNATURE"]);
  });

  const good = hex("circle", circleciBody);
  test.each<[string, string]>([
    ["v1 beside versions that we do not know", `v1=${good},v9=x`],
    ["versions that we do not know before v1", `v2=${"0".repeat(64)},v1=${good}`],
  ])("may send %s", async (_what, signature) => {
    expect(
      (await receiver.post(path, fromCircleci(circleciBody, { "circleci-signature": signature }), circleciBody)).status,
    ).toBe(202);
  });

  test.each<[string, string]>([
    ["nothing", ""],
    ["a wrong v1 and a v2", `v1=${"0".repeat(64)},v2=${good}`],
    ["a v2 only", `v2=${good}`],
    ["no version", good],
    ["v1 in capitals", `v1=${good.toUpperCase()}`],
    ["a short v1", `v1=${good.slice(1)}`],
    ["an empty v1", "v1="],
    ["two of v1, the last of them right", `v1=${"0".repeat(64)},v1=${good}`],
    ["two of v1, the first of them right", `v1=${good},v1=${"0".repeat(64)}`],
    ["spaces", `v1=${good}, v2=x`],
    ["GitHub's form", `sha256=${good}`],
    ["the generic secret's digest", `v1=${hex("generic", circleciBody)}`],
    ["many versions", `${"v2=x,".repeat(50)}v1=${good}`],
  ])("is refused when it sends %s", async (_what, signature) => {
    const answer = await receiver.post(
      path,
      fromCircleci(circleciBody, { "circleci-signature": signature }),
      circleciBody,
    );

    expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
    expect(receiver.store.batches).toEqual([]);
  });

  test("is refused when its signature comes twice", async () => {
    const headers: [string, string][] = [
      ...Object.entries(fromCircleci(circleciBody)),
      ["Circleci-Signature", `v1=${good}`],
    ];

    expect(errorCode(await receiver.post(path, headers, circleciBody))).toBe("403 INVALID_SIGNATURE");
  });

  test("has two secrets while a rotation lasts", async () => {
    receiver.secrets.ci = { ...noSecrets, circleci: ["new", "circle"] };
    await receiver.post(path, fromCircleci(circleciBody), circleciBody);

    expect(receiver.store.deliveries.map(({ secretUsed }) => secretUsed)).toEqual(["previous"]);
  });
});

describe("any other CI", () => {
  test("is stored under the id of its header", async () => {
    const answer = await receiver.post(path, fromJenkins(genericBody, { "X-Delivery-Id": "build-123" }), genericBody);

    expect([answer.status, JSON.parse(answer.body)]).toEqual([202, { status: "accepted", delivery_id: "build-123" }]);
    expect(receiver.store.deliveries[0]).toMatchObject({ event: "generic" });
  });

  test("is stored under its body's hash when it gives no id, also when the body has one", async () => {
    const body = '{"id":"x","provider":"jenkins"}';
    const answers = [
      await receiver.post(path, fromJenkins(body), body),
      await receiver.post(path, fromJenkins(body), body),
    ];

    expect(answers.map(({ status }) => status)).toEqual([202, 200]);
    expect(receiver.store.deliveries.map(({ deliveryId }) => deliveryId)).toEqual([
      createHash("sha256").update(body).digest("hex"),
    ]);
  });

  test.each<[string, string | null]>([
    ["missing", null],
    ["empty", ""],
    ["in capitals", `sha256=${hex("generic", genericBody).toUpperCase()}`],
    ["without its prefix", hex("generic", genericBody)],
    ["of another secret", `sha256=${hex("other", genericBody)}`],
    ["of CircleCI's secret", `sha256=${hex("circle", genericBody)}`],
    ["a digit short", `sha256=${hex("generic", genericBody).slice(1)}`],
  ])("is refused when its signature is %s", async (_what, signature) => {
    const answer = await receiver.post(
      path,
      fromJenkins(genericBody, { "X-Webhook-Signature-256": signature }),
      genericBody,
    );

    expect(errorCode(answer)).toBe("403 INVALID_SIGNATURE");
    expect(receiver.store.batches).toEqual([]);
  });

  test.each(["", "a b", "../x", "a".repeat(300)])("is refused with 400 when its delivery id is %j", async (id) => {
    expect(errorCode(await receiver.post(path, fromJenkins(genericBody, { "X-Delivery-Id": id }), genericBody))).toBe(
      "400 BAD_REQUEST",
    );
  });

  test("takes no forms", async () => {
    expect(
      errorCode(
        await receiver.post(
          path,
          fromJenkins("payload=x", { "Content-Type": "application/x-www-form-urlencoded" }),
          "payload=x",
        ),
      ),
    ).toBe("415 UNSUPPORTED_MEDIA_TYPE");
  });
});

test("two kinds of signature in one request are refused, even when both are right", async () => {
  const headers = fromCircleci(genericBody, { "X-Webhook-Signature-256": `sha256=${hex("generic", genericBody)}` });

  expect(errorCode(await receiver.post(path, headers, genericBody))).toBe("403 INVALID_SIGNATURE");
});

test("a CI sender of a kind that has no secret here is told that it is not configured", async () => {
  receiver.secrets.ci = { ...noSecrets, hmac: ["generic"] };
  const circleci = await receiver.post(path, fromCircleci(circleciBody), circleciBody);
  receiver.secrets.ci = { ...noSecrets, circleci: ["circle"] };
  const generic = await receiver.post(path, fromJenkins(genericBody), genericBody);
  const unsigned = await receiver.post(path, headersWith({}), genericBody);
  receiver.secrets.ci = noSecrets;
  const nothing = await receiver.post(path, headersWith({}), genericBody);

  expect([circleci, generic, unsigned, nothing].map(errorCode)).toEqual([
    "503 SOURCE_NOT_CONFIGURED",
    "503 SOURCE_NOT_CONFIGURED",
    "403 INVALID_SIGNATURE",
    "503 SOURCE_NOT_CONFIGURED",
  ]);
});

import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readArrivingHeaders } from "../../src/receive/arriving-headers.ts";
import { ciRules } from "../../src/receive/ci.ts";
import { githubRules } from "../../src/receive/github.ts";
import { gitlabRules } from "../../src/receive/gitlab.ts";
import { createSecretKeys } from "../../src/receive/secret-keys.ts";
import { secretThatSigned, startHmacs } from "../../src/receive/signature-check.ts";
import { githubBody, githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import { noSecrets, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const rulesDeps = { keys: createSecretKeys(), clock: () => new Date("2026-05-01T12:00:00Z") };
const secrets = {
  hmac: ["hmac-secret"],
  plainTokens: [],
  signingTokens: [`whsec_${Buffer.alloc(32, 7).toString("base64")}`],
  circleci: ["circle"],
};
const body = '{"a":1}';

let receiver: ReceiverUnderTest;
beforeAll(async () => {
  receiver = await startReceiver();
  receiver.secrets.gitlab = { ...noSecrets, plainTokens: ["glsecret"] };
  receiver.secrets["gitlab/signed"] = { ...noSecrets, signingTokens: secrets.signingTokens };
  receiver.secrets.ci = { ...noSecrets, hmac: ["generic"], circleci: ["circle"] };
});
afterAll(async () => {
  await receiver.stop();
  expect(receiver.failures).toEqual([]);
});

/** Any character of an ASCII text. */
const oneOf = (characters: string): fc.Arbitrary<string> => fc.constantFrom(...characters.split(""));

/** Text that looks much like a signature and is none, and text that looks like nothing. */
const hexLike = fc.string({ unit: oneOf("0123456789abcdefABCDEFg =,"), minLength: 0, maxLength: 70 });
const base64Like = fc.string({ unit: oneOf("ABCXYZabcxyz0189+/=-_ ,"), minLength: 0, maxLength: 60 });
const latin1 = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code)),
  maxLength: 200,
});
const exactHex = fc.string({ unit: oneOf("0123456789abcdef"), minLength: 64, maxLength: 64 });
const signatureLike = fc.oneof(
  latin1,
  fc
    .tuple(
      fc.constantFrom("sha256=", "sha1=", "SHA256=", "v1=", "v2=", "v1,", "v1a,", "", "=", ","),
      fc.oneof(hexLike, base64Like, exactHex, latin1),
    )
    .map(([prefix, rest]) => prefix + rest),
  fc
    .array(
      fc
        .tuple(fc.constantFrom("v1=", "v2=", "v1,", "v3,"), fc.oneof(hexLike, exactHex, base64Like))
        .map(([prefix, rest]) => prefix + rest),
      { maxLength: 12 },
    )
    .chain((entries) => fc.constantFrom(entries.join(","), entries.join(" "), entries.join(", "))),
);

/** Runs header rules and, where they let the headers in, the proof by the body. */
function isTaken(rules: typeof githubRules, headers: [string, string][]): boolean {
  const admitted = rules.admit(readArrivingHeaders(headers.flat()), secrets, rulesDeps);
  if (admitted.kind === "refused") return false;
  if (typeof admitted.proof === "string") return true;
  const hmacs = startHmacs(admitted.proof);
  for (const hmac of hmacs) hmac.update(body);
  return secretThatSigned(admitted.proof, hmacs) !== null;
}

test("no signature header that was not made with the secret is taken, and none breaks the rules", () => {
  const others: [string, string][] = [
    ["X-GitHub-Delivery", "d"],
    ["X-GitHub-Event", "push"],
    ["X-Gitlab-Event", "Push Hook"],
    ["webhook-id", "d"],
    ["webhook-timestamp", "1777636800"],
  ];
  const right = `sha256=${createHmac("sha256", "hmac-secret").update(body).digest("hex")}`;
  const rightGitlab = `v1,${createHmac("sha256", Buffer.alloc(32, 7)).update(`d.1777636800.${body}`).digest("base64")}`;
  const rightCircleci = `v1=${createHmac("sha256", "circle").update(body).digest("hex")}`;

  expect(isTaken(githubRules, [...others, ["X-Hub-Signature-256", right]])).toBe(true);
  expect(isTaken(gitlabRules, [...others, ["webhook-signature", rightGitlab]])).toBe(true);
  expect(isTaken(ciRules, [...others, ["circleci-signature", rightCircleci]])).toBe(true);
  expect(isTaken(ciRules, [...others, ["X-Webhook-Signature-256", right]])).toBe(true);
  fc.assert(
    fc.property(signatureLike, (signature) => {
      expect(isTaken(githubRules, [...others, ["X-Hub-Signature-256", signature]])).toBe(false);
      expect(isTaken(gitlabRules, [...others, ["webhook-signature", signature]])).toBe(false);
      expect(isTaken(ciRules, [...others, ["circleci-signature", signature]])).toBe(false);
      expect(isTaken(ciRules, [...others, ["X-Webhook-Signature-256", signature]])).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});

test("a right signature with anything changed in it is not taken", () => {
  const right = `sha256=${createHmac("sha256", "hmac-secret").update(body).digest("hex")}`;
  const changes = fc.record({
    at: fc.nat({ max: right.length }),
    cut: fc.nat({ max: 3 }),
    put: fc.string({ unit: oneOf("0123456789abcdefABCDEF =,s"), maxLength: 3 }),
  });
  fc.assert(
    fc.property(changes, ({ at, cut, put }) => {
      const changed = right.slice(0, at) + put + right.slice(at + cut);
      expect(
        isTaken(githubRules, [
          ["X-GitHub-Delivery", "d"],
          ["X-GitHub-Event", "push"],
          ["X-Hub-Signature-256", changed],
        ]),
      ).toBe(changed === right);
    }),
    { numRuns: 5_000 },
  );
});

test("the rules answer any headers, in any number and order, by a value", () => {
  const name = fc.oneof(
    fc.constantFrom(
      "x-hub-signature-256",
      "X-GitHub-Delivery",
      "x-github-event",
      "x-github-hook-id",
      "x-gitlab-token",
      "x-gitlab-event",
      "x-gitlab-event-uuid",
      "x-gitlab-webhook-uuid",
      "idempotency-key",
      "webhook-id",
      "webhook-timestamp",
      "webhook-signature",
      "circleci-signature",
      "circleci-event-type",
      "x-webhook-signature-256",
      "x-delivery-id",
      "__proto__",
      "constructor",
    ),
    latin1,
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, fc.oneof(signatureLike, latin1, fc.constantFrom("ping", "Push Hook", "1777636800"))), {
        maxLength: 30,
      }),
      (headers) => {
        for (const rules of [githubRules, gitlabRules, ciRules]) expect(isTaken(rules, headers)).toBe(false);
      },
    ),
    { numRuns: 3_000 },
  );
});

test("no request without a right signature is answered 2xx, and the receiver outlives them all", async () => {
  const names = [
    "X-Hub-Signature-256",
    "X-GitHub-Delivery",
    "X-GitHub-Event",
    "X-Gitlab-Token",
    "X-Gitlab-Event",
    "Idempotency-Key",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "circleci-signature",
    "X-Webhook-Signature-256",
    "X-Delivery-Id",
    "Content-Type",
    "Content-Encoding",
    "Expect",
  ];
  const value = fc.oneof(
    signatureLike,
    latin1,
    fc.constantFrom("application/json", "push", "Push Hook", "1777636800", "d1", "gzip", "100-continue"),
  );
  const headers = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 12 });
  const at = fc.constantFrom(
    "/api/webhooks/github",
    "/webhooks/github/",
    "/api/webhooks/gitlab",
    "/api/webhooks/gitlab/signed",
    "/api/webhooks/ci",
    "/api/webhooks/ci/x",
    "/api/webhooks/github?a=b",
  );

  await fc.assert(
    fc.asyncProperty(
      at,
      headers,
      fc.oneof(fc.constant(githubBody), fc.string(), fc.constant("")),
      async (path, given, text) => {
        const connection = openConnection(receiver.port);
        connection.write(requestBytes({ path, headers: given, body: text }));
        let answer = await connection.answer();
        if (answer.status === 100) answer = await connection.answer();
        connection.socket.destroy();
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(JSON.parse(answer.body)).toHaveProperty("detail.error_code");
      },
    ),
    { numRuns: 400 },
  );
  expect(receiver.store.batches).toEqual([]);
});

test("whatever is done to the bytes of a signed request, only the body that was signed is ever stored", async () => {
  const bytes = requestBytes({
    path: "/api/webhooks/github",
    headers: Object.entries(await githubHeaders(githubBody)),
    body: githubBody,
  });
  const damage = fc.array(
    fc.record({ at: fc.nat({ max: bytes.length }), cut: fc.nat({ max: 8 }), put: fc.uint8Array({ maxLength: 8 }) }),
    { minLength: 1, maxLength: 4 },
  );

  await fc.assert(
    fc.asyncProperty(damage, async (places) => {
      let damaged = bytes;
      for (const { at, cut, put } of places)
        damaged = Buffer.concat([damaged.subarray(0, at), put, damaged.subarray(at + cut)]);
      const connection = openConnection(receiver.port);
      // The sender says that no more will come, so that a body cut short ends the request.
      connection.socket.end(damaged);
      await connection.answer().catch(() => undefined);
      await connection.closed;
    }),
    { numRuns: 400 },
  );

  for (const delivery of receiver.store.deliveries) expect(Buffer.from(delivery.body).toString()).toBe(githubBody);
  const good = await receiver.post(
    "/api/webhooks/github",
    await githubHeaders(githubBody, { "X-GitHub-Delivery": "after-all-that" }),
    githubBody,
  );
  expect(good.status).toBe(202);
});

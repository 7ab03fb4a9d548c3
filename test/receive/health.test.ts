import { afterEach, expect, test } from "vitest";
import { openConnection, requestBytes } from "./raw-connection.ts";
import { errorCode, noSecrets, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

let receiver: ReceiverUnderTest;
afterEach(() => receiver.stop());

async function get(
  path: string,
  method = "GET",
): Promise<{ status: number; body: string; headers: Record<string, string> }> {
  const connection = openConnection(receiver.port);
  connection.write(requestBytes({ method, path, headers: [] }).toString("latin1").replace("Content-Length: 0\r\n", ""));
  const answer = await connection.answer();
  connection.socket.destroy();
  return answer;
}

test("the service says that it lives, to anybody who asks", async () => {
  receiver = await startReceiver();

  for (const path of ["/health", "/health/", "/health?probe=1"]) {
    const answer = await get(path);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: "healthy" }]);
  }
});

test("the service says whether it is ready, and why not", async () => {
  let state: { ready: boolean; because?: string } = { ready: true };
  receiver = await startReceiver({
    deps: { health: { ready: async () => state, githubTokenConfigured: () => false } },
  });
  const ready = await get("/ready");
  state = { ready: false, because: "The digester has stopped." };
  const notReady = await get("/ready");

  expect([ready.status, JSON.parse(ready.body)]).toEqual([200, { status: "ready" }]);
  expect([errorCode(notReady), notReady.headers["retry-after"]]).toEqual(["503 STORE_UNAVAILABLE", "5"]);
  expect(notReady.body).toContain("The digester has stopped.");
});

test("a readiness check that fails counts as not ready", async () => {
  receiver = await startReceiver({
    deps: { health: { ready: () => Promise.reject(new Error("secret detail")), githubTokenConfigured: () => false } },
  });
  const answer = await get("/ready");

  expect(answer.status).toBe(503);
  expect(answer.body).not.toContain("secret detail");
});

test("GitHub's health says what is configured, and no more", async () => {
  let token = false;
  receiver = await startReceiver({
    deps: { health: { ready: async () => ({ ready: true }), githubTokenConfigured: () => token } },
  });
  const secretOnly = await get("/webhooks/github/health");
  receiver.secrets.github = { ...noSecrets, hmac: [""] };
  token = true;
  const tokenOnly = await get("/webhooks/github/health");
  delete receiver.secrets.github;
  const noSource = await get("/webhooks/github/health");

  expect(secretOnly.body).toBe('{"status":"healthy","webhook_secret_configured":true,"github_token_configured":false}');
  expect(tokenOnly.body).toBe('{"status":"healthy","webhook_secret_configured":false,"github_token_configured":true}');
  expect(noSource.body).toBe('{"status":"healthy","webhook_secret_configured":false,"github_token_configured":true}');
});

test("health paths take GET only", async () => {
  receiver = await startReceiver();
  const answer = await receiver.post("/health", {}, "");

  expect([errorCode(answer), answer.headers.allow]).toEqual(["405 METHOD_NOT_ALLOWED", "GET, HEAD"]);
});

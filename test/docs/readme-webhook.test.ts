import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { normalise } from "../../src/normalise/normalise.ts";
import { noSecrets, startReceiver } from "../receive/receiver-under-test.ts";
import { fencedBlocks, read } from "./documents.ts";

const shown = fencedBlocks(read("README.md"), ["sh"]).find((block) => block.includes("curl")) ?? "";
const body = /^body='(.*)'$/m.exec(shown)?.[1] ?? "";

test("the build that README shows how to tell is accepted with the headers that it shows", async () => {
  const receiver = await startReceiver();
  receiver.secrets["ci"] = { ...noSecrets, hmac: ["the secret"] };
  const signature = createHmac("sha256", "the secret").update(body).digest("hex");
  const headers = [...shown.matchAll(/-H ["']([^:"']+): ([^"']+)["']/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value.replace("$signature", signature)],
  );
  const path = /curl -sS http:\/\/127\.0\.0\.1:8096(\S+)/.exec(shown)?.[1] ?? "";

  const answer = await receiver.post(path, headers, body);

  expect(headers.map(([name]) => name)).toEqual(["Content-Type", "X-Webhook-Signature-256"]);
  expect([answer.status, answer.body]).toEqual([202, expect.stringContaining('"status":"accepted"')]);
  await receiver.stop();
});

test("the build that README shows how to tell is understood", () => {
  const input = {
    provider: "ci",
    event: "generic",
    contentType: "application/json",
    headers: {},
    receivedAt: "2026-11-20T10:00:00.000Z",
  } as const;

  const result = normalise({ ...input, body: new TextEncoder().encode(body) });

  expect(result).toMatchObject({
    kind: "understood",
    event: { kind: "ci.run.completed", facts: [{ provider: "jenkins", runId: "123", status: "success" }] },
  });
});

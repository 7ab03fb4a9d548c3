import { afterEach, beforeEach, expect, test } from "vitest";
import { createListener } from "../../src/receive/listener.ts";
import { githubBody, githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import { startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/github";
let receiver: ReceiverUnderTest;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

test("port 0 becomes a free port, and the listener says which", async () => {
  const listener = createListener({ host: "127.0.0.1", port: 0 }, () => false);
  const { port, url } = await listener.start();
  const answer = await fetch(url);
  await listener.stop();

  expect(port).toBeGreaterThan(0);
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(answer.status).toBe(404);
});

test("a port that is taken is said in plain words", async () => {
  const listener = createListener({ host: "127.0.0.1", port: receiver.port }, () => false);

  await expect(listener.start()).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: expect.stringContaining(String(receiver.port)) as string,
  });
  await listener.stop();
});

test("a host that is not this machine's is said in plain words", async () => {
  const listener = createListener({ host: "192.0.2.1", port: 0 }, () => false);

  await expect(listener.start()).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("192.0.2.1") as string,
  });
});

test("stopping finishes what is under way, closes what is idle, and takes nothing new", async () => {
  await receiver.stop();
  receiver = await startReceiver({ limits: { keepAliveTimeoutMs: 600_000, stopMsMax: 600_000 } });
  const idle = openConnection(receiver.port);
  idle.write(
    requestBytes({
      path,
      headers: Object.entries(await githubHeaders(githubBody, { "X-GitHub-Delivery": "before" })),
      body: githubBody,
    }),
  );
  await idle.answer();
  const letGo = receiver.store.hold();
  const batch = receiver.store.nextBatch();
  const underWay = openConnection(receiver.port);
  underWay.write(requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody }));
  await batch;

  const stopped = receiver.stop();
  await idle.closed;
  const late = openConnection(receiver.port);
  await late.closed;
  letGo();
  const answer = await underWay.answer();
  await stopped;
  await underWay.closed;

  expect(answer.status).toBe(202);
  expect(receiver.store.deliveries.map(({ deliveryId }) => deliveryId)).toEqual([
    "before",
    "72d3162e-cc78-11e3-81ab-4c9367dc0958",
  ]);
});

test("what comes on an open connection while stopping is still answered, and told that it was the last", async () => {
  await receiver.stop();
  receiver = await startReceiver({ limits: { keepAliveTimeoutMs: 600_000, stopMsMax: 600_000 } });
  const letGo = receiver.store.hold();
  const batch = receiver.store.nextBatch();
  const connection = openConnection(receiver.port);
  connection.write(requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody }));
  await batch;

  const stopped = receiver.stop();
  const admitted = receiver.nextAdmission();
  connection.write(
    requestBytes({
      path,
      headers: Object.entries(await githubHeaders(githubBody, { "X-GitHub-Delivery": "late" })),
      body: githubBody,
    }),
  );
  await admitted;
  letGo();
  const answers = [await connection.answer(), await connection.answer()];
  await stopped;

  expect(answers.map(({ status, headers }) => [status, headers.connection])).toEqual([
    [202, "keep-alive"],
    [202, "close"],
  ]);
});

test("stopping cuts what does not end", async () => {
  await receiver.stop();
  receiver = await startReceiver({ limits: { stopMsMax: 50 } });
  receiver.store.hold();
  const batch = receiver.store.nextBatch();
  const connection = openConnection(receiver.port);
  connection.write(requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody }));
  await batch;

  await receiver.stop();

  await expect(connection.answer()).rejects.toThrow("ended without an answer");
});

test("stopping twice, or before starting, is one stop", async () => {
  const never = createListener({ host: "127.0.0.1", port: 0 }, () => false);
  await never.stop();

  await Promise.all([receiver.stop(), receiver.stop()]);
});

test("more connections than the limit are dropped, and served again when there is room", async () => {
  await receiver.stop();
  receiver = await startReceiver({ limits: { connectionsMax: 1 } });
  const bytes = requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: githubBody });
  const first = openConnection(receiver.port);
  first.write(bytes);
  await first.answer();
  const second = openConnection(receiver.port);
  second.write(bytes);
  await expect(second.answer()).rejects.toThrow("ended without an answer");
  first.socket.end();
  await first.closed;
  const third = openConnection(receiver.port);
  third.write(bytes);

  expect((await third.answer()).status).toBe(200);
  third.socket.destroy();
});

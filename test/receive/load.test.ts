import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AcceptOutcome } from "../../src/domain/delivery.ts";
import type { ReceiverDeps } from "../../src/receive/receiver.ts";
import { githubBody, githubHeaders } from "./github-request.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import type { RawConnection } from "./raw-connection.ts";
import { errorCode, startReceiver } from "./receiver-under-test.ts";
import type { ReceiverUnderTest } from "./receiver-under-test.ts";

const path = "/api/webhooks/github";
const mebibyte = 1024 * 1024;
let receiver: ReceiverUnderTest;

afterEach(async () => {
  vi.useRealTimers();
  await receiver.stop();
});

async function start(deps: Partial<ReceiverDeps> = {}): Promise<void> {
  receiver = await startReceiver({ deps });
}

async function requestWith(deliveryId: string, body = githubBody): Promise<Buffer> {
  const signature = `sha256=${createHmac("sha256", "mysecret").update(body).digest("hex")}`;
  return requestBytes({
    path,
    headers: Object.entries(
      await githubHeaders(githubBody, { "X-GitHub-Delivery": deliveryId, "X-Hub-Signature-256": signature }),
    ),
    body,
  });
}

async function send(deliveryId: string, body?: string): Promise<RawConnection> {
  const connection = openConnection(receiver.port);
  connection.write(await requestWith(deliveryId, body));
  return connection;
}

describe("the store", () => {
  test.each<[string, "STORE_FULL" | "STORE_UNAVAILABLE", number, string]>([
    ["is full", "STORE_FULL", 30, "30"],
    ["is down", "STORE_UNAVAILABLE", 0, "1"],
  ])("that %s makes the receiver answer 503 and say when to come again", async (_what, code, seconds, retryAfter) => {
    const outcome = (): AcceptOutcome => ({ kind: "shed", code, because: 'The "why".', retryAfterSeconds: seconds });
    await start();
    receiver.store.answerAll(outcome);
    const answer = await receiver.post(path, await githubHeaders(githubBody), githubBody);
    receiver.store.answerAll(null);
    const later = await receiver.post(path, await githubHeaders(githubBody), githubBody);

    expect([errorCode(answer), answer.headers["retry-after"]]).toEqual([`503 ${code}`, retryAfter]);
    expect(later.status).toBe(202);
    expect(receiver.stored).toHaveLength(1);
  });

  test.each<[string, ReceiverDeps["accept"]]>([
    ["rejects", () => Promise.reject(new Error("broken"))],
    [
      "throws",
      () => {
        throw new Error("broken");
      },
    ],
    ["forgets to answer for a delivery", async () => []],
  ])("that %s costs a 503 and nothing more", async (_what, accept) => {
    await start({ accept });
    const answers = [
      await receiver.post(path, await githubHeaders(githubBody), githubBody),
      await receiver.post(path, await githubHeaders(githubBody), githubBody),
    ];

    for (const answer of answers)
      expect([errorCode(answer), answer.headers["retry-after"]]).toEqual(["503 STORE_UNAVAILABLE", "5"]);
  });

  test("is asked once for all deliveries that come while it is busy", async () => {
    await start();
    const letGo = receiver.store.hold();
    const first = receiver.store.nextBatch();
    const connections = [await send("d0")];
    await first;
    for (let index = 1; index <= 20; index += 1) {
      const admitted = receiver.nextAdmission();
      connections.push(await send(`d${index}`));
      await admitted;
    }
    await receiver.post("/health", {}, "");

    letGo();
    const answers = await Promise.all(connections.map((connection) => connection.answer()));
    for (const connection of connections) connection.socket.destroy();

    expect(answers.every(({ status }) => status === 202)).toBe(true);
    expect(receiver.store.batches).toEqual([1, 20]);
  });

  test("is never asked with more than a batch may hold", async () => {
    await start({ inboxLimits: { batchDeliveriesMax: 3 } });
    const letGo = receiver.store.hold();
    const first = receiver.store.nextBatch();
    const connections = [await send("d0")];
    await first;
    connections.push(...(await Promise.all(Array.from({ length: 8 }, (_, index) => send(`d${index + 1}`)))));
    await receiver.post("/health", {}, "");

    letGo();
    await Promise.all(connections.map((connection) => connection.answer()));
    for (const connection of connections) connection.socket.destroy();

    expect(receiver.store.batches).toEqual([1, 3, 3, 2]);
  });
});

describe("when too much waits for the store", () => {
  test("newcomers are told 503 before their body is read, and what waits is still stored", async () => {
    await start({ inboxLimits: { waitingDeliveriesMax: 1 } });
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    const connections = [await send("under-way")];
    await batch;
    connections.push(await send("waiting"));
    await receiver.post("/health", {}, "");
    const newcomer = await (await send("newcomer")).answer();
    const unsigned = await receiver.post(
      path,
      await githubHeaders(githubBody, { "X-Hub-Signature-256": null }),
      githubBody,
    );

    letGo();
    const statuses = (await Promise.all(connections.map((connection) => connection.answer()))).map(
      ({ status }) => status,
    );
    for (const connection of connections) connection.socket.destroy();

    expect([errorCode(newcomer), newcomer.headers.connection]).toEqual(["503 STORE_UNAVAILABLE", "close"]);
    expect(errorCode(unsigned)).toBe("403 INVALID_SIGNATURE");
    expect(statuses).toEqual([202, 202]);
    expect(receiver.store.deliveries.map(({ deliveryId }) => deliveryId)).toEqual(["under-way", "waiting"]);
  });
});

describe("when memory for bodies is short", () => {
  const large = `{"a":"${"x".repeat(3 * mebibyte)}"}`;

  test("large bodies wait their turn and all are stored", async () => {
    await start({ bodyBudgetBytes: 4 * mebibyte });
    const connections = await Promise.all(Array.from({ length: 12 }, (_, index) => send(`d${index}`, large)));

    const answers = await Promise.all(connections.map((connection) => connection.answer()));
    for (const connection of connections) connection.socket.destroy();

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202));
  });

  test("a large body waits unread, and small ones pass it", async () => {
    await start({ bodyBudgetBytes: 4 * mebibyte });
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    const connections = [await send("first", large)];
    await batch;
    const admitted = receiver.nextAdmission();
    connections.push(await send("second", large));
    await admitted;
    connections.push(await send("small"));
    letGo();

    await Promise.all(connections.map((connection) => connection.answer()));
    for (const connection of connections) connection.socket.destroy();

    expect(receiver.store.deliveries.map(({ deliveryId }) => deliveryId)).toEqual(["first", "small", "second"]);
  });

  test("a large body that waits for five seconds is told 503", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] });
    await start({ bodyBudgetBytes: 4 * mebibyte });
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    const first = await send("first", large);
    await batch;
    const admitted = receiver.nextAdmission();
    const second = await send("second", large);
    await admitted;

    vi.advanceTimersByTime(4_999);
    await receiver.post("/health", {}, "");
    expect(receiver.refused).toEqual([]);
    vi.advanceTimersByTime(1);
    const refused = await second.answer();
    letGo();
    const stored = await first.answer();
    for (const connection of [first, second]) connection.socket.destroy();
    vi.advanceTimersByTime(1_000);

    expect([errorCode(refused), refused.headers["retry-after"]]).toEqual(["503 STORE_UNAVAILABLE", "5"]);
    expect(stored.status).toBe(202);
  });

  test("a sender who hangs up while waiting leaves the line", async () => {
    await start({ bodyBudgetBytes: 4 * mebibyte });
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    const first = await send("first", large);
    await batch;
    const admitted = receiver.nextAdmission();
    const second = openConnection(receiver.port);
    second.write((await requestWith("second", large)).subarray(0, mebibyte));
    await admitted;
    second.socket.destroy();
    await second.closed;
    const third = await send("third", large);
    letGo();

    const statuses = [(await first.answer()).status, (await third.answer()).status];
    for (const connection of [first, third]) connection.socket.destroy();

    expect(statuses).toEqual([202, 202]);
    expect(receiver.store.deliveries.map(({ deliveryId }) => deliveryId)).toEqual(["first", "third"]);
  });

  test("small bodies that come in pieces wait too, and go on", async () => {
    await start({ bodyBudgetBytes: 100_000 });
    const body = `{"a":"${"x".repeat(60_000)}"}`;
    const letGo = receiver.store.hold();
    const batch = receiver.store.nextBatch();
    const first = await send("first", body);
    await batch;
    const admitted = receiver.nextAdmission();
    const second = await send("second", body);
    await admitted;
    letGo();

    const statuses = [(await first.answer()).status, (await second.answer()).status];
    for (const connection of [first, second]) connection.socket.destroy();

    expect(statuses).toEqual([202, 202]);
  });

  test("the room of every body comes back, however its request ended", async () => {
    await start({ bodyBudgetBytes: 4 * mebibyte });
    for (let round = 0; round < 5; round += 1) {
      const forged = openConnection(receiver.port);
      forged.write(requestBytes({ path, headers: Object.entries(await githubHeaders(githubBody)), body: large }));
      expect((await forged.answer()).status).toBe(403);
      forged.socket.destroy();
      const gone = openConnection(receiver.port);
      const admitted = receiver.nextAdmission();
      gone.write((await requestWith("gone", large)).subarray(0, 2 * mebibyte));
      await admitted;
      gone.socket.destroy();
      await gone.closed;
      const signed = await send(`round-${round}`, large);
      expect((await signed.answer()).status).toBe(202);
      signed.socket.destroy();
    }
  });
});

describe("those who are told what happens", () => {
  test("may fail without taking the receiver with them", async () => {
    const fail = (): never => {
      throw new Error("listener broken");
    };
    await start({ onRefused: fail, onStored: fail });
    const statuses = [
      (await receiver.post(path, await githubHeaders(githubBody), githubBody)).status,
      (await receiver.post(path, await githubHeaders(githubBody, {}, "wrong"), githubBody)).status,
      (await receiver.post(path, await githubHeaders(githubBody, { "X-Hub-Signature-256": null }), githubBody)).status,
      (await receiver.post(path, await githubHeaders(githubBody), githubBody)).status,
    ];

    expect(statuses).toEqual([202, 403, 403, 200]);
    expect(receiver.failures).toHaveLength(4);
  });

  test("may be asked things that fail, and the sender is told 503", async () => {
    const fail = (): never => {
      throw new Error("lookup broken");
    };
    await start({ sources: fail });
    const answer = await receiver.post(path, await githubHeaders(githubBody), githubBody);
    const health = await fetch(`http://127.0.0.1:${receiver.port}/webhooks/github/health`);

    expect([errorCode(answer), health.status]).toEqual(["503 STORE_UNAVAILABLE", 503]);
    expect(receiver.failures).toHaveLength(2);
  });
});

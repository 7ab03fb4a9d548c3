import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createBodyBudget } from "./body-budget.ts";
import type { BodyBudget } from "./body-budget.ts";
import { createBodyReader } from "./body-reader.ts";
import type { BodyReader } from "./body-reader.ts";

const mebibyte = 1024 * 1024;
let budget: BodyBudget;
let reader: BodyReader<string>;
let ended: Record<string, Uint8Array<ArrayBuffer> | string>;
let pieces: Record<string, number>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  budget = createBodyBudget({ bytesMax: 8 * mebibyte });
  ended = {};
  pieces = {};
  reader = createBodyReader<string>({
    budget,
    bodyBytesMax: 4 * mebibyte,
    onBegin: (owner) => void (pieces[owner] = 0),
    onPiece: (owner, piece) => void (pieces[owner] = (pieces[owner] ?? 0) + piece.length),
    onWhole(owner, body, charged) {
      ended[owner] = body;
      budget.giveBack(charged);
    },
    onFailed: (owner, because) => void (ended[owner] = because),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stream to push pieces into, in the place of a request; the reader uses nothing of a request but its stream. */
function begin(owner: string, declaredBytes: number | undefined): Readable {
  const stream = new Readable({ read: () => undefined });
  reader.read(stream as IncomingMessage, owner, declaredBytes);
  return stream;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

test("a piece that shares its memory with others is copied into a body of its own", async () => {
  const pool = Buffer.from("....{}....");
  begin("a", 2).push(pool.subarray(4, 6));
  await turn();
  pool.fill("x");

  const body = ended.a as Uint8Array<ArrayBuffer>;
  expect([Buffer.from(body).toString(), body.byteOffset, body.buffer.byteLength]).toEqual(["{}", 0, 2]);
});

test("what a sender announces costs nothing until it comes", async () => {
  const streams = Array.from({ length: 100 }, (_, index) => begin(`slow${index}`, mebibyte));
  for (const stream of streams) stream.push(Buffer.alloc(1));
  await turn();

  expect(budget.inUse()).toBe(100);
});

test("a large body is charged before it is read, a chunked one when it grows large", async () => {
  begin("declared", 3 * mebibyte);
  expect(budget.inUse()).toBe(3 * mebibyte);
  const chunked = begin("chunked", undefined);
  chunked.push(Buffer.alloc(mebibyte));
  await turn();
  expect(budget.inUse()).toBe(4 * mebibyte);
  chunked.push(Buffer.alloc(1));
  await turn();

  expect(budget.inUse()).toBe(7 * mebibyte);
});

test("a body without room is paused, goes on when there is room, and arrives whole", async () => {
  budget.tryTake(8 * mebibyte - 1_000, "small");
  const stream = begin("a", 3_000);
  for (const letter of ["a", "b", "c"]) stream.push(Buffer.alloc(1_000, letter));
  await turn();
  expect([stream.isPaused(), pieces.a]).toEqual([true, 1_000]);

  budget.giveBack(5_000);
  await turn();

  expect(Buffer.from(ended.a as Uint8Array).toString()).toBe("a".repeat(1_000) + "b".repeat(1_000) + "c".repeat(1_000));
  expect(budget.inUse()).toBe(8 * mebibyte - 6_000);
});

test("waiting for room is not slowness", async () => {
  budget.tryTake(8 * mebibyte, "small");
  begin("waits", 3_000).push(Buffer.alloc(1));
  begin("slow", 3_000);
  await turn();

  vi.advanceTimersByTime(4_000);
  await turn();

  expect(ended).toEqual({ slow: "too-slow" });
});

test.each([
  ["before its first byte", 3 * mebibyte],
  ["in the middle", 3_000],
])("a sender who is lost while waiting %s leaves the line and takes nothing", async (_when, declaredBytes) => {
  budget.tryTake(8 * mebibyte, "small");
  const stream = begin("lost", declaredBytes);
  stream.push(Buffer.alloc(1));
  await turn();
  stream.destroy();
  await turn();
  expect(ended).toEqual({ lost: "gone" });

  budget.giveBack(8 * mebibyte);
  await turn();

  expect(budget.inUse()).toBe(0);
});

test("many slow bodies are cut over several turns, all of them", async () => {
  const owners = Array.from({ length: 200 }, (_, index) => `slow${index}`);
  for (const owner of owners) begin(owner, 3_000);

  vi.advanceTimersByTime(3_000);
  const atOnce = Object.keys(ended).length;
  for (let round = 0; round < 10; round += 1) await turn();

  expect(atOnce).toBeLessThan(200);
  expect(Object.values(ended)).toEqual(owners.map(() => "too-slow"));
});

test("a body ends once: what comes after a failure is nobody's", async () => {
  const stream = begin("a", undefined);
  stream.push(Buffer.alloc(4 * mebibyte + 1));
  await turn();
  stream.push(Buffer.alloc(10));
  stream.push(null);
  await turn();
  stream.destroy();
  await turn();

  expect(ended).toEqual({ a: "too-large" });
  expect(budget.inUse()).toBe(0);
});

test("an empty body is a body", async () => {
  begin("declared", 0);
  begin("chunked", undefined).push(null);
  await turn();

  expect([(ended.declared as Uint8Array).length, (ended.chunked as Uint8Array).length]).toEqual([0, 0]);
});

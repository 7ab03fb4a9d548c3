import type { IncomingMessage } from "node:http";
import type { BodyBudget } from "./body-budget.ts";

/** Reads bodies into buffers of their own, within the budget, the size limit and the least speed. `Owner` is whatever the caller knows a request by. */
export type BodyReader<Owner> = {
  /** Begins to read; exactly one of `onWhole` and `onFailed` follows. `declaredBytes` is the Content-Length, undefined for a chunked body. */
  read: (request: IncomingMessage, owner: Owner, declaredBytes: number | undefined) => void;
};

export type BodyReaderDeps<Owner> = {
  budget: BodyBudget;
  bodyBytesMax: number;
  /** There is room: now the sender may be told to go on. */
  onBegin: (owner: Owner) => void;
  /** Each piece in turn, as it comes; it is not kept by the reader after the call. */
  onPiece: (owner: Owner, piece: Uint8Array) => void;
  /** The whole body, alone in an ArrayBuffer of exactly its length. `charged` bytes of the budget are now the caller's to give back. */
  onWhole: (owner: Owner, body: Uint8Array<ArrayBuffer>, charged: number) => void;
  /** Nothing is held any more. `gone`: the sender has hung up. */
  onFailed: (owner: Owner, because: "too-large" | "too-slow" | "no-room" | "gone") => void;
};

/** Larger bodies are reserved whole before they are read. */
const smallBytesMax = 1024 * 1024;
/** The buffer of a small body that comes in pieces begins with this much and doubles. */
const bytesFirst = 64 * 1024;
/** The least speed, once the grace is over: of any body, and of one that holds a reservation others may wait for. */
const bytesPerSecondMin = 1024;
const reservedBytesPerSecondMin = 256 * 1024;
const graceSeconds = 3;
const cutPerTurn = 32;

type Reading<Owner> = {
  owner: Owner;
  request: IncomingMessage;
  declaredBytes: number | undefined;
  bytes: number;
  charged: number;
  reserved: boolean;
  buffer: Buffer<ArrayBuffer> | null;
  /** Seconds of reading so far; time in the budget's line does not count. */
  seconds: number;
  /** Set while it stands in the budget's line: how to leave it. */
  leaveLine: (() => void) | null;
};

/** Where a request carries its reading; the listeners are shared by all requests and find it here. */
const readingOf = Symbol("reading");
type RequestBeingRead<Owner> = IncomingMessage & { [readingOf]?: Reading<Owner> | undefined };

export function createBodyReader<Owner>(deps: BodyReaderDeps<Owner>): BodyReader<Owner> {
  const { budget, bodyBytesMax } = deps;
  const active = new Set<Reading<Owner>>();
  let watch: NodeJS.Timeout | null = null;

  function begin(reading: Reading<Owner>): void {
    deps.onBegin(reading.owner);
    active.add(reading);
    watch ??= setInterval(cutTheSlow, 1_000).unref();
    const { request } = reading;
    (request as RequestBeingRead<Owner>)[readingOf] = reading;
    request.on("data", onData);
    if (reading.declaredBytes === undefined) request.on("end", onEnd);
    request.on("close", onClose);
  }

  function onData(this: RequestBeingRead<Owner>, piece: Buffer): void {
    const reading = this[readingOf];
    if (reading === undefined) return;
    reading.bytes += piece.length;
    if (reading.bytes > bodyBytesMax) return fail(reading, "too-large");
    if (reading.bytes > reading.charged && !charge(reading, piece)) return;
    keep(reading, piece);
  }

  /** Charges what has come. Where there is no room, reading pauses until there is. */
  function charge(reading: Reading<Owner>, piece: Buffer): boolean {
    // Only a chunked body can come here and be large: nobody knows how long it will get, so the most is reserved.
    const reserve = reading.bytes > smallBytesMax;
    const needed = (reserve ? bodyBytesMax : reading.bytes) - reading.charged;
    const size = reserve ? "large" : "small";
    if (budget.tryTake(needed, size)) {
      reading.charged += needed;
      reading.reserved = reserve;
      return true;
    }
    reading.request.pause();
    reading.leaveLine = budget.wait(needed, size, (taken) => {
      reading.leaveLine = null;
      if (!taken) return fail(reading, "no-room");
      reading.charged += needed;
      reading.reserved = reserve;
      keep(reading, piece);
      reading.request.resume();
    });
    return false;
  }

  function keep(reading: Reading<Owner>, piece: Buffer): void {
    deps.onPiece(reading.owner, piece);
    const { declaredBytes, bytes } = reading;
    if (reading.buffer === null && bytes === declaredBytes && isAlone(piece)) return finish(reading, piece);
    const before = bytes - piece.length;
    if (reading.buffer === null || reading.buffer.length < bytes)
      reading.buffer = grown(reading.buffer, before, capacityFor(reading));
    reading.buffer.set(piece, before);
    // A large body comes in hundreds of pieces, which would lie about until the garbage collector gets to them.
    if (reading.reserved && isAlone(piece)) piece.buffer.transfer(0);
    if (bytes === declaredBytes) finish(reading, reading.buffer);
  }

  /** A small body's buffer grows with the body, whatever length was announced: to announce much must cost nothing. A reserved one is made whole. */
  function capacityFor(reading: Reading<Owner>): number {
    const { declaredBytes = bodyBytesMax, bytes, reserved } = reading;
    if (reserved) return declaredBytes;
    let capacity = bytesFirst;
    while (capacity < bytes) capacity *= 2;
    return Math.min(capacity, declaredBytes);
  }

  function onEnd(this: RequestBeingRead<Owner>): void {
    const reading = this[readingOf];
    if (reading === undefined) return;
    const buffer = reading.buffer ?? Buffer.allocUnsafeSlow(0);
    finish(reading, buffer.length === reading.bytes ? buffer : new Uint8Array(buffer.buffer.transfer(reading.bytes)));
  }

  function finish(reading: Reading<Owner>, body: Uint8Array<ArrayBuffer>): void {
    forget(reading);
    deps.onWhole(reading.owner, body, reading.charged);
  }

  function onClose(this: RequestBeingRead<Owner>): void {
    const reading = this[readingOf];
    if (reading !== undefined) fail(reading, "gone");
  }

  function fail(reading: Reading<Owner>, because: "too-large" | "too-slow" | "no-room" | "gone"): void {
    forget(reading);
    if (reading.buffer !== null) releaseBody(reading.buffer);
    reading.buffer = null;
    budget.giveBack(reading.charged);
    deps.onFailed(reading.owner, because);
  }

  function forget(reading: Reading<Owner>): void {
    active.delete(reading);
    reading.leaveLine?.();
    reading.leaveLine = null;
    const request = reading.request as RequestBeingRead<Owner>;
    request[readingOf] = undefined;
  }

  /** Time is counted in turns of this watch and not by a clock, so that a stalled event loop or a clock that is set cuts nobody. */
  function cutTheSlow(): void {
    const slow: Reading<Owner>[] = [];
    for (const reading of active) {
      if (reading.leaveLine !== null) continue;
      reading.seconds += 1;
      const leastSpeed = reading.reserved ? reservedBytesPerSecondMin : bytesPerSecondMin;
      if (reading.seconds >= graceSeconds && reading.bytes < reading.seconds * leastSpeed) slow.push(reading);
    }
    if (slow.length > 0) cutInTurns(slow);
    if (active.size > 0 || watch === null) return;
    clearInterval(watch);
    watch = null;
  }

  /** Thousands may be due at once; between the handfuls the others are served. */
  function cutInTurns(slow: Reading<Owner>[]): void {
    for (const reading of slow.splice(0, cutPerTurn)) if (active.has(reading)) fail(reading, "too-slow");
    if (slow.length > 0) setImmediate(cutInTurns, slow);
  }

  return {
    read(request, owner, declaredBytes) {
      const reading: Reading<Owner> = {
        owner,
        request,
        declaredBytes,
        bytes: 0,
        charged: 0,
        reserved: false,
        buffer: null,
        seconds: 0,
        leaveLine: null,
      };
      if (declaredBytes === 0) return deps.onWhole(owner, Buffer.allocUnsafeSlow(0), 0);
      if (declaredBytes === undefined || declaredBytes <= smallBytesMax) return begin(reading);
      reading.reserved = true;
      if (budget.tryTake(declaredBytes, "large")) {
        reading.charged = declaredBytes;
        return begin(reading);
      }
      // Nothing listens for data, so nothing is read; the sender waits at the full socket.
      (request as RequestBeingRead<Owner>)[readingOf] = reading;
      request.on("close", onClose);
      reading.leaveLine = budget.wait(declaredBytes, "large", (taken) => {
        reading.leaveLine = null;
        request.off("close", onClose);
        if (!taken) return fail(reading, "no-room");
        reading.charged = declaredBytes;
        begin(reading);
      });
    },
  };
}

/** Gives a large body's memory back now, not at the next garbage collection. The body is empty afterwards. */
export function releaseBody(body: Uint8Array<ArrayBuffer>): void {
  if (body.buffer.byteLength >= smallBytesMax) body.buffer.transfer(0);
}

/** Node's HTTP parser gives each piece an ArrayBuffer of its own; where it is exactly the body there is nothing to copy. */
function isAlone(piece: Buffer): piece is Buffer<ArrayBuffer> {
  return piece.buffer.byteLength === piece.length && piece.buffer instanceof ArrayBuffer;
}

function grown(buffer: Buffer<ArrayBuffer> | null, bytes: number, capacity: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(capacity);
  if (buffer !== null) larger.set(buffer.subarray(0, bytes));
  return larger;
}

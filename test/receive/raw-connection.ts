import { connect } from "node:net";
import type { Socket } from "node:net";

/** What a server answered, as it stood on the wire. */
export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/** A socket that one writes HTTP to by hand, well-formed or not. */
export type RawConnection = {
  socket: Socket;
  write: (bytes: string | Uint8Array) => void;
  /** The next answer that is not asked for yet; rejects when the connection ends without one. */
  answer: () => Promise<RawAnswer>;
  /** Resolves when the server has ended the connection, well or badly. */
  closed: Promise<void>;
};

export function openConnection(port: number): RawConnection {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const ready: RawAnswer[] = [];
  const askers: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void }[] = [];
  let received = Buffer.alloc(0);
  let over = false;

  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (let parsed = parseAnswer(received); parsed !== null; parsed = parseAnswer(received)) {
      received = received.subarray(parsed.length);
      const asker = askers.shift();
      if (asker === undefined) ready.push(parsed.answer);
      else asker.resolve(parsed.answer);
    }
  });
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      over = true;
      for (const asker of askers)
        asker.reject(
          new Error(
            `The connection ended without an answer; it had sent: ${received.toString("latin1").slice(0, 200)}`,
          ),
        );
      resolve();
    });
  });

  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    answer: () =>
      new Promise((resolve, reject) => {
        const next = ready.shift();
        if (next !== undefined) resolve(next);
        else if (over) reject(new Error("The connection is over"));
        else askers.push({ resolve, reject });
      }),
    closed,
  };
}

function parseAnswer(bytes: Buffer): { answer: RawAnswer; length: number } | null {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return null;
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const length = headEnd + 4 + Number(headers["content-length"] ?? 0);
  if (bytes.length < length) return null;
  return {
    answer: { status: Number(statusLine.slice(9, 12)), headers, body: bytes.toString("utf8", headEnd + 4, length) },
    length,
  };
}

/** The bytes of a request. Headers are a list, so that one may come twice; Host and Content-Length are added where they are not in it. */
export function requestBytes(request: {
  method?: string;
  path: string;
  headers: [string, string][];
  body?: Uint8Array | string;
}): Buffer {
  const body = Buffer.from(request.body ?? "");
  const headers = [...request.headers];
  const has = (name: string): boolean => headers.some(([given]) => given.toLowerCase() === name);
  if (!has("host")) headers.unshift(["Host", "receiver.example"]);
  if (!has("content-length") && !has("transfer-encoding")) headers.push(["Content-Length", String(body.length)]);
  const head = `${request.method ?? "POST"} ${request.path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), body]);
}

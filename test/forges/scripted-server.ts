import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";

export type Heard = {
  method: string;
  url: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  connection: number;
};

/** A server that does what the test says to each request, and remembers what it heard. */
export type ScriptedServer = AsyncDisposable & {
  origin: string;
  heard: Heard[];
  /** Sockets that were opened, in all. */
  connections: () => number;
};

export type Reply = (response: http.ServerResponse, heard: Heard, socket: Socket) => void;

export async function startScriptedServer(reply: Reply, tls?: { key: string; cert: string }): Promise<ScriptedServer> {
  const heard: Heard[] = [];
  const numbers = new Map<Socket, number>();
  const listener: http.RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const one: Heard = {
        method: request.method ?? "",
        url: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        connection: numbers.get(request.socket) ?? 0,
      };
      heard.push(one);
      reply(response, one, request.socket);
    });
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
    numbers.set(socket, numbers.size + 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    connections: () => numbers.size,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(
  response: http.ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
    .end(JSON.stringify(body));
}

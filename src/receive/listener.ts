import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PullwrightError } from "../domain/error.ts";
import { refusals, sendAnswer } from "./answers.ts";
import type { Answer } from "./answers.ts";
import { markAwaitingContinue } from "./awaits-continue.ts";

/** A listener of its own for the receiver, with limits that hold against senders who mean harm. */
export type Listener = {
  /** Listens, and says where: port 0 has become a free one. Throws PORT_IN_USE when another program has the port. */
  start: () => Promise<{ host: string; port: number; url: string }>;
  /** Takes no new connection, finishes what is under way, and closes what is idle; cuts what is left after ten seconds. A second call waits for the same end. */
  stop: () => Promise<void>;
  server: Server;
};

export type ListenerLimits = {
  headersTimeoutMs?: number;
  requestTimeoutMs?: number;
  keepAliveTimeoutMs?: number;
  checkEveryMs?: number;
  connectionsMax?: number;
  requestsPerSocketMax?: number;
  stopMsMax?: number;
};

/** Answers a request, or says that it is none of its own: then the listener answers 404. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => boolean;

export function createListener(
  options: { host: string; port: number; limits?: ListenerLimits },
  handler: Handler,
): Listener {
  const { host, port, limits = {} } = options;
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs ?? 5_000,
      requestTimeout: limits.requestTimeoutMs ?? 15_000,
      keepAliveTimeout: limits.keepAliveTimeoutMs ?? 5_000,
      connectionsCheckingInterval: limits.checkEveryMs ?? 1_000,
      maxHeaderSize: 16_384,
      // Node's own refusal has no body; the receiver refuses it by the contract.
      requireHostHeader: false,
    },
    handle,
  );
  server.maxConnections = limits.connectionsMax ?? 4_096;
  // With 100, opening the next socket cost 3 to 8 % of the rate in the bench; with 1,000 it is lost in the noise, and a balancer in front still gets its turn.
  server.maxRequestsPerSocket = limits.requestsPerSocketMax ?? 1_000;
  server.on("clientError", createBrokenRequestAnswers());
  // Node would say "100 Continue" to everybody; here only who may send a body is told to.
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    markAwaitingContinue(request);
    handle(request, response);
  });
  // Any other expectation is left aside; Node would answer 417, which is in no contract.
  server.on("checkExpectation", handle);
  let stopping: Promise<void> | null = null;

  function handle(request: IncomingMessage, response: ServerResponse): void {
    if (stopping !== null) response.shouldKeepAlive = false;
    if (!handler(request, response)) sendAnswer(response, refusals.pathNotFound);
  }

  return {
    server,
    async start() {
      await listen(server, host, port);
      const address = server.address() as AddressInfo;
      return { host, port: address.port, url: `http://${host.includes(":") ? `[${host}]` : host}:${address.port}` };
    },
    stop() {
      stopping ??= close(server, limits.stopMsMax ?? 10_000);
      return stopping;
    },
  };
}

/**
 * Answers what never became a request: too large, too slow, or not HTTP. For the `clientError` event of any server whose webhook paths should answer
 * by the contract. Such a connection ends, since nobody knows where its next request would begin.
 *
 * Node finds all that are too slow at once, thousands in a flood, so they are answered a handful a turn and the others are served in between.
 */
export function createBrokenRequestAnswers(): (error: Error & { code?: string }, socket: Socket) => void {
  let waiting: { socket: Socket; answer: Answer }[] = [];

  function answerSome(): void {
    const some = waiting.slice(0, answersPerTurn);
    waiting = waiting.slice(answersPerTurn);
    for (const { socket, answer } of some) answerAndEnd(socket, answer);
    if (waiting.length > 0) setImmediate(answerSome);
  }

  return function answerBrokenRequest(error, socket) {
    if (error.code === "ECONNRESET" || !socket.writable) {
      socket.destroy();
      return;
    }
    if (error.code !== "ERR_HTTP_REQUEST_TIMEOUT")
      return answerAndEnd(
        socket,
        error.code === "HPE_HEADER_OVERFLOW" ? refusals.headersTooLarge : refusals.malformedRequest,
      );
    waiting.push({ socket, answer: refusals.requestTimeout });
    if (waiting.length === 1) setImmediate(answerSome);
  };
}

const answersPerTurn = 32;

function answerAndEnd(socket: Socket, answer: Answer): void {
  if (socket.writable) socket.end(asText(answer), "latin1", () => socket.destroy());
  else socket.destroy();
}

const reasons: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

function asText(answer: Answer): string {
  let text = `HTTP/1.1 ${answer.status} ${reasons[answer.status] ?? ""}\r\n`;
  for (let index = 0; index < answer.closingHeaders.length; index += 2)
    text += `${answer.closingHeaders[index]}: ${answer.closingHeaders[index + 1]}\r\n`;
  return `${text}\r\n${answer.body}`;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(
          new PullwrightError(
            "PORT_IN_USE",
            `Port ${port} on ${host} is in use; stop the program that has it, or choose another port (0 picks a free one).`,
            { cause: error },
          ),
        );
      else
        reject(
          new PullwrightError(
            "CONFIG_INVALID",
            `Cannot listen on ${host} port ${port} (${error.code ?? error.message}).`,
            { cause: error },
          ),
        );
    });
    server.listen({ host, port }, resolve);
  });
}

/** Connections fall idle as their last answers go out; they are looked for until none is left. */
function close(server: Server, msMax: number): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    const closeIdle = setInterval(() => server.closeIdleConnections(), 20);
    const cutRest = setTimeout(() => server.closeAllConnections(), msMax);
    server.close(() => {
      clearInterval(closeIdle);
      clearTimeout(cutRest);
      resolve();
    });
  });
}

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { anthropicEvents } from "./anthropic-events.ts";
import { openaiEvents } from "./openai-events.ts";

/** What the model does next. */
export type ModelTurn =
  | { kind: "say"; text: string }
  /** Has the agent use one of its tools. */
  | { kind: "call"; tool: string; input: Record<string, unknown> }
  | { kind: "refuse"; status: number; headers?: Record<string, string> }
  /** Begins and never ends. */
  | { kind: "hang" }
  /** Says half of it and hangs up. */
  | { kind: "cut"; text: string }
  | { kind: "redirect"; to: string };

export type ModelRequest = {
  path: string;
  headers: Record<string, string>;
  body: Record<string, unknown>;
  text: string;
};

export type ModelServer = {
  /** Without a path. */
  url: string;
  requests: ModelRequest[];
} & AsyncDisposable;

/** Says which turn answers a request; `nth` counts from 0. */
export type ModelScript = ModelTurn[] | ((request: ModelRequest, nth: number) => ModelTurn);

export type ModelServerOptions = { model?: string };

/**
 * Stands in for OpenAI's Responses API and Anthropic's Messages API, as far as their command lines use them: streams, tool calls, answers in a given form, and failures. What
 * it answers is scripted by the test; the last turn of a list is repeated.
 */
export async function startModelServer(script: ModelScript, options: ModelServerOptions = {}): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response, requests, script, options).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(
  incoming: IncomingMessage,
  response: ServerResponse,
  requests: ModelRequest[],
  script: ModelScript,
  { model = "stub-model" }: ModelServerOptions,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const body = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
  const request: ModelRequest = { path: incoming.url ?? "", headers, body, text };
  if (request.path.includes("count_tokens")) return json(response, 200, { input_tokens: 10 });
  const turn = Array.isArray(script)
    ? script[Math.min(requests.length, script.length - 1)]
    : script(request, requests.length);
  requests.push(request);
  if (turn === undefined) return json(response, 500, { error: { message: "The test has no turn for this." } });
  play(turn, request, response, model);
}

function play(turn: ModelTurn, request: ModelRequest, response: ServerResponse, model: string): void {
  const isAnthropic = request.path.includes("/messages");
  switch (turn.kind) {
    case "refuse":
      for (const [name, value] of Object.entries(turn.headers ?? {})) response.setHeader(name, value);
      return json(response, turn.status, {
        type: "error",
        error: { type: "some_error", message: `Refused with ${turn.status}` },
      });
    case "redirect":
      response.writeHead(307, { location: turn.to });
      response.end();
      return;
    case "hang":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": wait\n\n");
      return;
    case "cut": {
      const events = isAnthropic ? anthropicEvents(turn, model) : openaiEvents(turn, model);
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(events.slice(0, 2).join(""), () => response.destroy());
      return;
    }
    case "say":
    case "call":
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end((isAnthropic ? anthropicEvents(turn, model) : openaiEvents(turn, model)).join(""));
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

import { chmod } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { SteadyClock } from "../domain/clock.ts";
import { isLoopbackHost } from "../domain/loopback.ts";
import { askUpstream, type Upstream, type UpstreamDeps } from "./ask-upstream.ts";
import { placeOfRequest, readModelRequest, type ModelProvider } from "./model-request.ts";
import type { AnswerUsage } from "./model-usage.ts";
import { answerError } from "./provider-error.ts";

/** What one run may ask of a model. */
export type ModelBudget = {
  requestsMax: number;
  /** Of one request, and of all together; and of all answers together. */
  requestBytesMax: number;
  requestBytesInAllMax: number;
  answerBytesInAllMax: number;
  /** Into and out of the model, by the provider's count, or by ours where an answer was cut off. */
  tokensMax: number;
};

export type ModelProxy = {
  /** What the provider said that was used; cannot be made up by who asks. */
  answers: () => AnswerUsage[];
  /** The last failure of the provider, or ours to reach it, unless it answered well afterwards. */
  failure: () => ModelFailure | null;
  /** Whether the budget of the run was what refused a request. */
  isOverBudget: () => boolean;
  requests: () => number;
  close: () => Promise<void>;
};

export type ModelFailure = {
  /** 0 where nobody could be reached. */
  status: number;
  retryAfterMs: number | null;
};

export type ModelProxyOptions = {
  /** In a folder that only we can enter. */
  socketPath: string;
  upstreams: Partial<Record<ModelProvider, Upstream>>;
  budget: ModelBudget;
};

export type ModelProxyDeps = UpstreamDeps & {
  steadyClock: SteadyClock;
  /** Told after so many failures one after the other that there is no use in waiting for the agent to see it. */
  onHopeless: () => void;
};

/** Agents ask again by themselves, some for ever. */
const failuresInARowMax = 6;
const requestBodyTimeoutMs = 60_000;

/**
 * The only way from a sandbox to a model: listens on a unix socket, lets pass what is a plain question to a configured provider, and puts the key to it that the
 * agent does not have. Who asks is taken for hostile: the path must be one of a few, the body is read, checked and written anew, of the headers only a few harmless
 * ones go on, nothing is redirected, upgraded or tunnelled, and all is bounded.
 */
export async function openModelProxy(options: ModelProxyOptions, deps: ModelProxyDeps): Promise<ModelProxy> {
  for (const { baseUrl } of Object.values(options.upstreams)) requireSafe(baseUrl);
  const state: ProxyState = {
    answers: [],
    failure: null,
    failuresInARow: 0,
    requests: 0,
    isOverBudget: false,
    requestBytes: 0,
    answerBytes: 0,
  };
  const closing = new AbortController();
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: requestBodyTimeoutMs,
      keepAliveTimeout: 5000,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => void handle(request, response, state, { options, deps, closing: closing.signal }),
  );
  server.maxConnections = 64;
  server.maxRequestsPerSocket = 1000;
  server.on("connect", (_request, socket) => socket.destroy());
  server.on("upgrade", (_request, socket) => socket.destroy());
  server.on("clientError", (_error, socket) => socket.destroy());
  server.listen(options.socketPath);
  await once(server, "listening");
  await chmod(options.socketPath, 0o600);
  return {
    answers: () => [...state.answers],
    failure: () => state.failure,
    isOverBudget: () => state.isOverBudget,
    requests: () => state.requests,
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, "close");
    },
  };
}

type ProxyState = {
  answers: AnswerUsage[];
  failure: ModelFailure | null;
  failuresInARow: number;
  requests: number;
  isOverBudget: boolean;
  requestBytes: number;
  answerBytes: number;
};

type Surroundings = { options: ModelProxyOptions; deps: ModelProxyDeps; closing: AbortSignal };

/** A key goes over plain http to this machine at the most. */
function requireSafe(baseUrl: string): void {
  const { protocol, host, username, password } = new URL(baseUrl);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopbackHost(host));
  if (!isSafe || username !== "" || password !== "")
    throw new Error("A model's address must be an https URL without a password");
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: ProxyState,
  { options, deps, closing }: Surroundings,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    const place = placeOfRequest(request.method ?? "", request.url ?? "");
    const provider = place?.provider ?? "openai";
    const upstream = place === null ? undefined : options.upstreams[place.provider];
    if (place === null || upstream === undefined)
      return answerError(response, provider, 404, "There is no such thing here.");
    if (request.headers["content-encoding"] !== undefined)
      return answerError(response, provider, 415, "The body must not be compressed.");

    const { budget } = options;
    state.requests += 1;
    if (
      state.requests > budget.requestsMax ||
      tokensOf(state.answers) >= budget.tokensMax ||
      state.answerBytes >= budget.answerBytesInAllMax
    ) {
      state.isOverBudget = true;
      return answerError(response, provider, 403, "The budget of this run is used up.");
    }
    const bytes = await readBody(
      request,
      Math.min(budget.requestBytesMax, budget.requestBytesInAllMax - state.requestBytes),
    );
    if (bytes === null) {
      state.isOverBudget = true;
      return answerError(response, provider, 413, "The body is too long.");
    }
    state.requestBytes += bytes.length;
    const read = readModelRequest(bytes);
    if (read.kind === "refused") return answerError(response, provider, 400, read.because);

    const signal = AbortSignal.any([gone.signal, closing]);
    const asked = await askUpstream(
      { provider, path: place.path, body: read.body, model: read.model, headers: request.headers },
      upstream,
      response,
      { answerBytesMax: budget.answerBytesInAllMax - state.answerBytes, signal },
      deps,
    );
    state.answerBytes += asked.answerBytes;
    if (asked.usage !== null) state.answers.push(asked.usage);
    note(asked.failure, state, deps);
  } catch {
    response.destroy();
  }
}

function note(failure: ModelFailure | null, state: ProxyState, deps: ModelProxyDeps): void {
  state.failure = failure;
  // What is wrong with the question itself says nothing about the next one.
  const counts =
    failure !== null &&
    (failure.status < 400 || failure.status >= 500 || [401, 402, 403, 429].includes(failure.status));
  state.failuresInARow = counts ? state.failuresInARow + 1 : 0;
  if (state.failuresInARow >= failuresInARowMax) deps.onHopeless();
}

function tokensOf(answers: AnswerUsage[]): number {
  return answers.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
}

/** Null when it is longer than it may be; the rest is not read then. */
async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

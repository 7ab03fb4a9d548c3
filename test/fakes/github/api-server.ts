import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { type ApiAnswer, ApiRefusal } from "./api-answer.ts";
import { askerOf } from "./asker.ts";
import type { CheckedRequest, Contract } from "./contract.ts";
import { answerAfterwards, answerInstead } from "./fault-answers.ts";
import type { Faults } from "./faults.ts";
import { graphqlFaults, graphqlOperation } from "./graphql.ts";
import { handle } from "./handle.ts";
import type { World } from "./world.ts";

/** What reached this GitHub, as it came. */
export type RecordedRequest = {
  /** 1 is the first since the start. */
  call: number;
  /** GitHub's own name for the call; null where there is none such. */
  operation: string | null;
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  at: Date;
  /** Null where the connection was cut instead. */
  status: number | null;
};

export type ApiServerOptions = {
  /** With these it speaks https. */
  tls: { key: string; cert: string } | null;
  prefix: string;
  /** Whatever is not the API: the pages, and git. */
  otherwise: http.RequestListener;
};

export type ApiServerDeps = {
  /** Makes the world when the port is known. */
  worldAt: (origin: string) => Promise<World>;
  contract: Contract;
  faults: Faults;
  requests: RecordedRequest[];
  /** Where a request or an answer is none that GitHub describes. */
  violations: string[];
  now: () => Date;
};

export type ApiServer = { origin: string; world: World; close: () => Promise<void> };

/** Serves the API on a free port of 127.0.0.1. */
export async function startApiServer(options: ApiServerOptions, deps: ApiServerDeps): Promise<ApiServer> {
  const server = options.tls === null ? http.createServer() : https.createServer(options.tls);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const scheme = options.tls === null ? "http" : "https";
  const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world = await deps.worldAt(origin);
  server.on("request", (request, response) => {
    if (!isApi(request.url ?? "", options.prefix)) {
      options.otherwise(request, response);
      return;
    }
    serve(request, response, options.prefix, world, deps).catch((error: unknown) => {
      // A mistake in this fake must not look like a forge that is unwell.
      const words = String(error instanceof Error ? error.stack : error);
      deps.violations.push(words);
      response.writeHead(599, { "content-type": "text/plain" }).end(words);
    });
  });
  return {
    origin,
    world,
    close: () =>
      new Promise((resolve) => {
        deps.faults.clear();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isApi(url: string, prefix: string): boolean {
  if (isGraphql(url, prefix)) return true;
  return prefix === "" ? /^\/(repos|repositories|users?|app|orgs)(\/|$|\?)/.test(url) : url.startsWith(`${prefix}/`);
}

/** Beside the REST API at an Enterprise server, and not below it. */
function isGraphql(url: string, prefix: string): boolean {
  return url === (prefix === "" ? "/graphql" : "/api/graphql");
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  prefix: string,
  world: World,
  { contract, faults, requests, violations, now }: ApiServerDeps,
): Promise<void> {
  const body = await textOf(request);
  const method = request.method ?? "GET";
  const isQuery = isGraphql(request.url ?? "", prefix);
  const url = new URL(isQuery ? "/graphql" : (request.url ?? "").slice(prefix.length), world.webUrl);
  const checked: CheckedRequest = {
    method,
    path: named(url.pathname, world),
    query: url.searchParams,
    body: jsonIn(body),
  };
  const operation = isQuery ? graphqlOperation(checked.body) : contract.operationOf(method, checked.path);
  const isRead = isQuery ? operation !== "graphql/ResolveThread" : method === "GET" || method === "HEAD";
  const record: RecordedRequest = {
    call: requests.length + 1,
    operation,
    method,
    path: request.url ?? "",
    headers: request.headers,
    body,
    at: now(),
    status: null,
  };
  requests.push(record);
  const wrong = isQuery ? graphqlFaults(checked.body) : contract.requestFaults(checked);
  violations.push(...wrong);
  const fault = operation === null ? undefined : faults.take(operation, record.call, isRead);
  const instead = fault && answerInstead(fault, now());
  if (instead === "cut") {
    request.socket.destroy();
    return;
  }
  const given = instead ?? (await answerOf());
  if (instead === undefined && !isQuery) violations.push(...contract.answerFaults(checked, given.status, given.body));
  if (fault?.kind === "drop-after-commit") {
    request.socket.destroy();
    return;
  }
  const said = answerAfterwards(given, fault);
  if (fault?.kind === "slow") {
    fault.whenHeld?.();
    await faults.held();
  }
  if (response.destroyed) return;
  record.status = said.status;
  send(said, response, now());

  async function answerOf(): Promise<ApiAnswer> {
    try {
      const asker = askerOf(request.headers, world);
      if (operation === null) throw new ApiRefusal(404, "Not Found");
      const seenUntil = fault?.kind === "stale-reads" ? fault.plannedAt : null;
      const call = { number: record.call, method, path: url.pathname, query: url.searchParams, text: body };
      return await handle({ ...call, body: checked.body, asker, seenUntil }, world);
    } catch (error) {
      if (error instanceof ApiRefusal) return error.answer;
      throw error;
    }
  }
}

/** GitHub describes its calls by name; by id they are the same. */
function named(path: string, world: World): string {
  const [, id, rest = ""] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = world.repositories.find((one) => one.id === Number(id));
  return repository === undefined ? path : `/repos/${repository.slug}${rest}`;
}

function jsonIn(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send({ status, headers, body }: ApiAnswer, response: http.ServerResponse, now: Date): void {
  const isRaw = typeof body === "string" || Buffer.isBuffer(body);
  response.writeHead(status, {
    date: now.toUTCString(),
    ...(body === null ? {} : { "content-type": "application/json; charset=utf-8" }),
    "x-github-media-type": "github.v3; format=json",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "4999",
    "x-ratelimit-reset": String(Math.ceil(now.getTime() / 1000) + 3600),
    ...headers,
  });
  response.end(body === null ? "" : isRaw ? body : JSON.stringify(body));
}

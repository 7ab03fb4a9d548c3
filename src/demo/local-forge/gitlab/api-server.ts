import http from "node:http";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { askerOf } from "./authentication.ts";
import type { Faults, MetFault } from "./faults.ts";
import { type Operation, routeOf } from "./routes.ts";
import type { World } from "./world.ts";

/** What reached this GitLab, as it came. */
export type RecordedRequest = {
  /** 1 is the first since the start. */
  call: number;
  /** When its head arrived. */
  at: Date;
  operation: Operation | null;
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** Null where the connection was cut instead. */
  status: number | null;
};

export type ApiServerOptions = {
  /** With these it speaks https. */
  tls: { key: string; cert: string } | null;
  /** The path below which the whole instance lives, `/gitlab`; empty for none. */
  prefix: string;
  /** Whatever is not below `/api/v4`: the pages, and git. */
  otherwise: http.RequestListener;
};

export type ApiServer = { origin: string; requests: RecordedRequest[]; close: () => Promise<void> };

/** Serves the API on a free port of 127.0.0.1. `worldAt` makes the world when the port is known. */
export async function startApiServer(
  options: ApiServerOptions,
  deps: { worldAt: (origin: string) => World; faults: Faults; clock: () => Date },
): Promise<ApiServer> {
  const requests: RecordedRequest[] = [];
  const server = options.tls === null ? http.createServer() : https.createServer(options.tls);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const scheme = options.tls === null ? "http" : "https";
  const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const world = deps.worldAt(origin + options.prefix);
  server.on("request", (request, response) => {
    if (!(request.url ?? "").startsWith(`${options.prefix}/api/v4/`)) {
      options.otherwise(request, response);
      return;
    }
    serve(request, response, requests, world, deps).catch((error: unknown) => {
      // A mistake in this fake must not look like a forge that is unwell.
      response.writeHead(599, { "content-type": "text/plain" });
      response.end(String(error instanceof Error ? error.stack : error));
    });
  });
  return {
    origin,
    requests,
    close: () =>
      new Promise((resolve) => {
        deps.faults.clear();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  requests: RecordedRequest[],
  world: World,
  { faults, clock }: { faults: Faults; clock: () => Date },
): Promise<void> {
  const at = clock();
  const body = await textOf(request);
  const method = request.method ?? "GET";
  const url = new URL(request.url ?? "", world.webUrl);
  const path = url.pathname.slice(new URL(world.webUrl).pathname.replace(/\/$/, "").length);
  const isRead = method === "GET" || method === "HEAD";
  const routed = routeOf(method, path.slice("/api/v4/".length));
  const record: RecordedRequest = {
    call: requests.length + 1,
    at,
    operation: routed?.operation ?? null,
    method,
    path: request.url ?? "",
    headers: request.headers,
    body,
    status: null,
  };
  requests.push(record);
  const fault = routed && faults.take(routed.operation, record.call, isRead);
  const instead = fault && answerInstead(fault, clock());
  if (instead === "cut") {
    request.socket.destroy();
    return;
  }
  const given = instead ?? (await answerOf(fault));
  if (fault?.kind === "drop-after-commit") {
    request.socket.destroy();
    return;
  }
  const said = afterwards(given, fault);
  if (fault?.kind === "slow") await faults.hold();
  if (response.destroyed) return;
  record.status = said.status;
  send(said, response, clock());

  async function answerOf(met: MetFault | undefined): Promise<ApiAnswer> {
    try {
      const asker = askerOf(request.headers, isRead, world.state);
      if (routed === undefined) throw new ApiRefusal(404, { error: "404 Not Found" });
      const call: ApiCall = {
        method,
        path,
        parts: routed.parts,
        query: url.searchParams,
        body: fieldsIn(body),
        user: asker.user,
        token: asker.token?.token ?? null,
        projectIds: asker.token?.projectIds ?? null,
        state: met?.past ?? world.state,
      };
      return await routed.handle(call, world);
    } catch (error) {
      if (error instanceof ApiRefusal) return error.answer;
      throw error;
    }
  }
}

/** What is said before anything is done. */
function answerInstead(fault: MetFault, now: Date): ApiAnswer | "cut" | undefined {
  switch (fault.kind) {
    case "drop-before":
      return "cut";
    case "5xx-before":
      return unwell(fault.status ?? 502);
    case "429":
      return answer(429, "Retry later\n", fault.headers ?? rateHeaders(now));
    case "redirect":
      return answer(fault.status ?? 302, "", { location: fault.to ?? "https://elsewhere.invalid/api/v4/user" });
    case "html-200":
      return answer(200, "<!DOCTYPE html><html><head><title>Sign in</title></head><body>…</body></html>", {
        "content-type": "text/html; charset=utf-8",
      });
    case "gzip-bomb":
      return answer(200, bomb(fault.bytes ?? 64 * 1024 * 1024), {
        "content-type": "application/json",
        "content-encoding": "gzip",
      });
    case "drop-after-commit":
    case "5xx-after":
    case "slow":
    case "stale-reads":
    case "wrong-id":
    case "empty-201":
    case "other-answer":
      return undefined;
  }
}

/** What is said after it was done, instead of what should be. */
function afterwards(given: ApiAnswer, fault: MetFault | undefined): ApiAnswer {
  if (fault?.kind === "5xx-after") return unwell(fault.status ?? 502);
  if (fault?.kind === "empty-201") return answer(201, "", { "content-type": "application/json" });
  if (fault?.kind === "other-answer") return fault.change?.(given) ?? given;
  if (fault?.kind === "wrong-id") return { ...given, body: withOtherIds(given.body) };
  return given;
}

/** A server error of GitLab's own is JSON, one of the proxy before it is a page. */
function unwell(status: number): ApiAnswer {
  if (status === 500) return answer(500, { message: "500 Internal Server Error" });
  return answer(status, "<!DOCTYPE html><html><body><h1>GitLab is not responding</h1></body></html>", {
    "content-type": "text/html; charset=utf-8",
  });
}

function rateHeaders(now: Date): Record<string, string> {
  const resetAt = new Date(now.getTime() + 30_000);
  return {
    "content-type": "text/plain",
    "retry-after": "30",
    "ratelimit-limit": "2000",
    "ratelimit-name": "throttle_authenticated_api",
    "ratelimit-observed": "2001",
    "ratelimit-remaining": "0",
    "ratelimit-reset": String(Math.ceil(resetAt.getTime() / 1000)),
    "ratelimit-resettime": resetAt.toUTCString(),
  };
}

/** Spaces, which JSON may begin with, and an object; gzip takes a chain of pieces for one. */
function bomb(bytes: number): Buffer {
  const piece = gzipSync(Buffer.alloc(1024 * 1024, " "));
  return Buffer.concat([...Array.from({ length: Math.ceil(bytes / (1024 * 1024)) }, () => piece), gzipSync("{}")]);
}

/** Somebody else's answer: every id in it is another. */
function withOtherIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOtherIds);
  if (typeof value !== "object" || value === null) return value;
  const isId = (name: string, field: unknown): field is number =>
    /^(id|iid|.+_id|.+_iid)$/.test(name) && typeof field === "number";
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, isId(name, field) ? field + 1 : withOtherIds(field)]),
  );
}

function send({ status, headers, body }: ApiAnswer, response: http.ServerResponse, now: Date): void {
  const isRaw = typeof body === "string" || Buffer.isBuffer(body);
  response.writeHead(status, {
    "content-type": isRaw ? "text/plain" : "application/json",
    "cache-control": "max-age=0, private, must-revalidate",
    date: now.toUTCString(),
    vary: "Origin",
    "x-content-type-options": "nosniff",
    "ratelimit-limit": "2000",
    "ratelimit-name": "throttle_authenticated_api",
    "ratelimit-observed": "1",
    "ratelimit-remaining": "1999",
    "ratelimit-reset": String(Math.ceil(now.getTime() / 1000) + 60),
    ...headers,
  });
  response.end(isRaw ? body : JSON.stringify(body));
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function fieldsIn(body: string): Record<string, unknown> {
  if (body === "") return {};
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Falls through to the refusal.
  }
  throw new ApiRefusal(400, { error: "The request body is not a JSON object" });
}

import http from "node:http";
import https from "node:https";
import tls from "node:tls";
import { createGunzip, type Gunzip } from "node:zlib";
import { PullwrightError } from "../domain/error.ts";
import { isLoopbackHost } from "../domain/loopback.ts";
import { ForgeCallError } from "./forge-call-error.ts";

/** How long one request may take: until the connection stands, from there until the headers of the answer, and in all. */
export type ForgeFetchBudgets = { connectMs: number; headersMs: number; wholeMs: number };

export type ForgeFetchOptions = {
  /** The API's address. No request goes to another scheme, host or port. */
  baseUrl: string;
  /** PEM text of a private authority, believed besides the usual ones. */
  certificateAuthority?: string;
  budgets?: Partial<ForgeFetchBudgets>;
  /** Of the answer, decoded. */
  bodyBytesMax?: number;
};

export type ForgeRequest = {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
  /** Called when the connection stands and nothing has been written yet. What it throws is thrown on, and nothing is sent. */
  beforeSend?: () => void;
};

/** The whole answer, also when it says no. `url` is where it came from; `redirected` when that is not where it was asked for. */
export type ForgeAnswer = { status: number; headers: Headers; body: string; url: string; redirected: boolean };

export type ForgeFetch = (request: ForgeRequest) => Promise<ForgeAnswer>;

/**
 * Why there is no answer. `sent` is what matters most: only while nothing was written is it certain that nothing happened. `too-large` and `unreadable`
 * mean an answer that no forge would give.
 */
export class ForgeFetchFailure extends Error {
  readonly sent: boolean;
  readonly reason: "unreachable" | "timeout" | "cut" | "too-large" | "unreadable" | "cancelled";

  constructor(sent: boolean, reason: ForgeFetchFailure["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "ForgeFetchFailure";
    this.sent = sent;
    this.reason = reason;
  }
}

/**
 * One HTTP exchange with a forge. On node's own http rather than `fetch`, because three things must be known that `fetch` does not tell: whether anything
 * was written before it failed, how large the answer has grown while it is decoded, and where a redirect leads before it is followed (`fetch` carries a
 * PRIVATE-TOKEN header to another host). Redirects are followed for GET and HEAD within the API's own origin, three at most; any other is the answer.
 * Throws ForgeFetchFailure, or what `beforeSend` threw.
 */
export function createForgeFetch(options: ForgeFetchOptions): ForgeFetch {
  const base = new URL(options.baseUrl);
  const isPlain = base.protocol === "http:";
  if (!isPlain && base.protocol !== "https:")
    throw new PullwrightError("CONFIG_INVALID", `A forge is reached over https; ${base.protocol}// is not known.`);
  if (isPlain && !isLoopbackHost(base.host))
    throw new PullwrightError("CONFIG_INVALID", `A forge is reached over https; ${base.host} would be by plain http.`);
  const limits = { ...defaultLimits, ...options.budgets, bodyBytesMax: options.bodyBytesMax ?? 32 * 1024 * 1024 };
  // Not to be switched off from outside, as an environment variable of Node's would.
  const trust = { rejectUnauthorized: true, ...authorities(options.certificateAuthority) };
  const connections: Connections = isPlain
    ? { request: http.request, kept: new http.Agent({ keepAlive: true, maxSockets: 10 }), connected: "connect" }
    : {
        request: https.request,
        kept: new https.Agent({ keepAlive: true, maxSockets: 10, ...trust }),
        connected: "secureConnect",
        tls: trust,
      };

  return async (request) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const until = performance.now() + limits.wholeMs;
    let url = new URL(request.url);
    for (let redirects = 0; ; redirects += 1) {
      if (url.origin !== base.origin)
        throw new ForgeCallError("refused", "REDIRECT_REFUSED", `${url.origin} is not the forge's ${base.origin}.`);
      const answer = await exchange(
        request,
        url,
        isRead,
        { ...limits, wholeMs: until - performance.now() },
        connections,
      );
      const next = isRead && redirects < redirectsMax ? redirectOf(answer, base) : null;
      if (next === null) return { ...answer, redirected: redirects > 0 };
      url = next;
    }
  };
}

const defaultLimits: ForgeFetchBudgets = { connectMs: 5000, headersMs: 15_000, wholeMs: 30_000 };
const redirectsMax = 3;

type Limits = ForgeFetchBudgets & { bodyBytesMax: number };

type Connections = {
  request: typeof https.request;
  /** Connections that are used again: for reads only. On one that the forge has just given up, a write's fate would be unknown for nothing. */
  kept: http.Agent;
  connected: "connect" | "secureConnect";
  tls?: { rejectUnauthorized: boolean; ca?: string[] };
};

function authorities(certificateAuthority: string | undefined): { ca?: string[] } {
  return certificateAuthority === undefined ? {} : { ca: [...tls.getCACertificates("default"), certificateAuthority] };
}

type Exchanged = Omit<ForgeAnswer, "redirected">;

function redirectOf(answer: Exchanged, base: URL): URL | null {
  if (![301, 302, 307, 308].includes(answer.status)) return null;
  const next = URL.parse(answer.headers.get("location") ?? "", answer.url);
  return next?.origin === base.origin && next.username === "" && next.password === "" ? next : null;
}

function exchange(
  request: ForgeRequest,
  url: URL,
  isRead: boolean,
  limits: Limits,
  { request: open, kept, connected, tls: tlsOptions }: Connections,
): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let sent = false;
    const outgoing = open(url, {
      method: request.method,
      headers: headersOf(request),
      agent: isRead ? kept : false,
      ...tlsOptions,
    });
    const whole = setTimeout(
      () => giveUp("timeout", `no whole answer within ${Math.ceil(limits.wholeMs)} ms`),
      limits.wholeMs,
    );
    let stage: NodeJS.Timeout | undefined;

    const end = (settle: () => void): void => {
      clearTimeout(whole);
      clearTimeout(stage);
      request.signal?.removeEventListener("abort", cancel);
      settle();
    };
    const fail = (error: unknown): void => {
      end(() => reject(error));
      outgoing.destroy();
    };
    const giveUp = (reason: ForgeFetchFailure["reason"], message: string, cause?: unknown): void =>
      fail(new ForgeFetchFailure(sent, reason, message, cause));
    const cancel = (): void => giveUp("cancelled", "the call was cancelled", request.signal?.reason);
    const send = (): void => {
      clearTimeout(stage);
      try {
        request.beforeSend?.();
      } catch (error) {
        fail(error);
        return;
      }
      sent = true;
      stage = setTimeout(() => giveUp("timeout", `no answer within ${limits.headersMs} ms`), limits.headersMs);
      outgoing.end(request.body);
    };

    outgoing.on("socket", (socket) => {
      if (outgoing.reusedSocket) {
        send();
        return;
      }
      stage = setTimeout(() => giveUp("timeout", `no connection within ${limits.connectMs} ms`), limits.connectMs);
      socket.once(connected, send);
    });
    outgoing.on("response", (incoming) => {
      clearTimeout(stage);
      readBody(incoming, limits.bodyBytesMax).then(
        (body) =>
          end(() => resolve({ status: incoming.statusCode ?? 0, headers: headersIn(incoming), body, url: url.href })),
        (error: unknown) =>
          error instanceof UnreadableBody
            ? giveUp(error.reason, error.message, error.cause)
            : giveUp("cut", "the answer was cut short", error),
      );
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (!sent) giveUp("unreachable", messageOf(error), error);
      else if (error.code?.startsWith("HPE_") === true) giveUp("unreadable", "the answer is no HTTP", error);
      else giveUp("cut", messageOf(error), error);
    });
    request.signal?.addEventListener("abort", cancel);
    if (request.signal?.aborted === true) cancel();
  });
}

function headersOf({ headers, body }: ForgeRequest): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    "accept-encoding": "gzip",
    ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }),
  };
}

function headersIn(incoming: http.IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    for (const value of values) headers.append(name, value);
  // The body is handed on decoded.
  headers.delete("content-encoding");
  headers.delete("content-length");
  return headers;
}

class UnreadableBody extends Error {
  readonly reason: "too-large" | "unreadable";

  constructor(reason: UnreadableBody["reason"], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/** Never holds more than the limit, however small the answer was packed: 200 KB of gzip can mean 200 MiB. */
async function readBody(incoming: http.IncomingMessage, bytesMax: number): Promise<string> {
  const encoding = incoming.headers["content-encoding"]?.toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "gzip")
    throw new UnreadableBody("unreadable", "the answer is packed in a way that was not asked for");
  const bytes = await collect(incoming, encoding === "gzip" ? createGunzip() : null, bytesMax);
  try {
    const isSuccess = (incoming.statusCode ?? 0) < 300;
    return new TextDecoder("utf-8", { fatal: isSuccess }).decode(bytes);
  } catch (cause) {
    throw new UnreadableBody("unreadable", "the answer is not UTF-8", cause);
  }
}

/** Not `pipeline`: it settles when all streams have closed, and a connection that is not used again may stay open after its last byte. */
function collect(incoming: http.IncomingMessage, gunzip: Gunzip | null, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (error: unknown): void => {
      gunzip?.destroy();
      reject(error);
    };
    const unpacked = gunzip === null ? incoming : incoming.pipe(gunzip);
    unpacked.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) fail(new UnreadableBody("too-large", `the answer is over ${bytesMax} bytes`));
      else chunks.push(chunk);
    });
    unpacked.on("end", () => resolve(Buffer.concat(chunks)));
    gunzip?.on("error", (error) =>
      fail(new UnreadableBody("unreadable", "the answer is not the gzip it is said to be", error)),
    );
    incoming.on("error", fail);
    incoming.on("close", () => {
      if (!incoming.complete) fail(new Error("the connection ended before the answer did"));
    });
  });
}

/** An attempt over several addresses fails as one error whose own message is empty. */
function messageOf(error: NodeJS.ErrnoException): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0] as Error);
  return error.message === "" ? (error.code ?? error.name) : error.message;
}

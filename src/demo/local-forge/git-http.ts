import type { IncomingMessage, ServerResponse } from "node:http";
import { runChild } from "../../child/run-child.ts";
import { findGit } from "./find-git.ts";

/** Who asks, as far as the request says. */
export type GitCredential = { user: string; token: string };

export type GitAccess = { kind: "granted"; user: string } | { kind: "refused"; status: 401 | 403 | 404 };

export type GitExchange = {
  /** `owner/repository`, without `.git`. */
  slug: string;
  service: "git-upload-pack" | "git-receive-pack";
  /** The first question of a conversation, or a part of it. */
  phase: "advertise" | "talk";
  credential: GitCredential | null;
  user: string | null;
};

/** What stands between a request and git, for a forge that misbehaves: each may be replaced. */
export type GitExchangeParts = {
  /** Answers by itself; true when it did. */
  answerInstead?: (exchange: GitExchange, response: ServerResponse) => boolean | Promise<boolean>;
  onRequestBytes?: (exchange: GitExchange, bytes: Buffer) => void | Promise<void>;
  /** What git answers passes here on its way; null for nothing more. */
  onResponseBytes?: (
    exchange: GitExchange,
    bytes: Buffer,
    response: ServerResponse,
  ) => Buffer | null | Promise<Buffer | null>;
  onEnd?: (exchange: GitExchange) => void | Promise<void>;
};

export type GitHttpOptions = {
  /** Holds `<owner>/<repository>.git`. */
  rootDir: string;
  /** An empty directory, in which git finds no settings of anybody. */
  homeDir: string;
  gitPath?: string;
  allow: (credential: GitCredential | null, slug: string, wants: "read" | "write") => GitAccess;
  parts?: GitExchangeParts;
};

/**
 * Serves repositories as forges do, over git's "smart" HTTP: git's own `http-backend` does the work, this passes bytes on. Answers false for a path that
 * is none of git's, so that it can stand beside an API.
 */
export function createGitHttp(
  options: GitHttpOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  return async (request, response) => {
    const asked = readPath(request);
    if (asked === null) return false;
    const credential = readCredential(request.headers.authorization);
    const wants = asked.service === "git-receive-pack" ? "write" : "read";
    const allowed = options.allow(credential, asked.slug, wants);
    const exchange = { ...asked, credential, user: allowed.kind === "granted" ? allowed.user : null };
    if ((await options.parts?.answerInstead?.(exchange, response)) === true) {
      request.resume();
      return true;
    }
    if (allowed.kind === "refused") {
      request.resume();
      refuse(response, allowed.status);
      return true;
    }
    await serve(request, response, exchange, allowed.user, options);
    return true;
  };
}

function readPath(request: IncomingMessage): Pick<GitExchange, "slug" | "service" | "phase"> | null {
  const url = new URL(request.url ?? "/", "http://local");
  const match = /^\/([A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)+?)\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
    url.pathname,
  );
  const [, path, rest] = match ?? [];
  const slug = path?.replace(/\.git$/, "");
  if (slug === undefined || slug.split("/").some((part) => /^\.+$/.test(part))) return null;
  const service = rest === "info/refs" ? url.searchParams.get("service") : rest;
  if (service !== "git-upload-pack" && service !== "git-receive-pack") return null;
  return { slug, service, phase: rest === "info/refs" ? "advertise" : "talk" };
}

function readCredential(header: string | undefined): GitCredential | null {
  const [, encoded] = /^basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? "") ?? [];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? null : { user: text.slice(0, colon), token: text.slice(colon + 1) };
}

function refuse(response: ServerResponse, status: 401 | 403 | 404): void {
  const headers = status === 401 ? { "www-authenticate": 'Basic realm="git"' } : {};
  response.writeHead(status, { "content-type": "text/plain", ...headers });
  response.end(`${status}\n`);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  exchange: GitExchange,
  user: string,
  { rootDir, homeDir, gitPath, parts }: GitHttpOptions,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://local");
  const file = url.pathname.endsWith("/info/refs") ? "info/refs" : exchange.service;
  const header = createHeaderReader();
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const result = await runChild({
    file: gitPath ?? (await findGit()) ?? "/usr/bin/git",
    args: ["http-backend"],
    cwd: rootDir,
    env: {
      PATH: "/usr/bin:/bin",
      HOME: homeDir,
      LANG: "C.UTF-8",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: rootDir,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${exchange.slug}.git/${file}`,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      REMOTE_USER: user,
      REMOTE_ADDR: "127.0.0.1",
      ...named("HTTP_CONTENT_ENCODING", request.headers["content-encoding"]),
      ...named("GIT_PROTOCOL", request.headers["git-protocol"]),
    },
    stdin: watched(request, exchange, parts),
    stdout: { keep: "none", onBytes: answer },
    timeoutMs: 300_000,
    graceMs: 1000,
    signal: gone.signal,
  });
  await parts?.onEnd?.(exchange);
  if (!response.headersSent && !response.destroyed) response.writeHead(result.kind === "exited" ? 500 : 503);
  response.end();

  async function answer(chunk: Buffer): Promise<void> {
    const read = header(chunk);
    if (read.kind === "more") return;
    if (read.kind === "head") response.writeHead(read.status, read.headers);
    const bytes =
      parts?.onResponseBytes === undefined ? read.rest : await parts.onResponseBytes(exchange, read.rest, response);
    if (bytes === null || bytes.length === 0 || response.destroyed) return;
    if (!response.write(bytes)) await drained(response);
  }
}

async function* watched(
  request: IncomingMessage,
  exchange: GitExchange,
  parts: GitExchangeParts | undefined,
): AsyncIterable<Uint8Array> {
  for await (const chunk of request as AsyncIterable<Buffer>) {
    await parts?.onRequestBytes?.(exchange, chunk);
    yield chunk;
  }
}

type HeaderRead =
  | { kind: "more" }
  | { kind: "head"; status: number; headers: Record<string, string>; rest: Buffer }
  | { kind: "body"; rest: Buffer };

/** A program behind a web server begins its answer with headers, `Status` among them. */
function createHeaderReader(): (chunk: Buffer) => HeaderRead {
  let before: Buffer | null = Buffer.alloc(0);
  return (chunk) => {
    if (before === null) return { kind: "body", rest: chunk };
    before = Buffer.concat([before, chunk]);
    const end = before.indexOf("\r\n\r\n");
    if (end < 0) return { kind: "more" };
    const lines = before.toString("latin1", 0, end).split("\r\n");
    const rest = before.subarray(end + 4);
    before = null;
    const pairs = lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const { status, ...headers } = Object.fromEntries(pairs);
    return { kind: "head", status: Number.parseInt(status ?? "200", 10), headers, rest };
  };
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      response.off("drain", goOn);
      response.off("close", goOn);
      resolve();
    };
    response.on("drain", goOn);
    response.on("close", goOn);
  });
}

function named(name: string, value: string | string[] | undefined): Record<string, string> {
  return typeof value === "string" ? { [name]: value } : {};
}

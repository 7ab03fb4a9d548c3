import type { IncomingMessage, ServerResponse } from "node:http";
import { existsSync } from "node:fs";
import fastifyHelmet from "@fastify/helmet";
import fastifyStatic from "@fastify/static";
import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";
import { PullwrightError } from "../domain/error.ts";
import type { Log } from "../log.ts";
import type { OperationName } from "../operations/operations.ts";
import type { Caller } from "../operations/perform.ts";
import type { Redact } from "../redact/redact.ts";
import { createListener } from "../receive/listener.ts";
import { type AllowedHosts, createAllowedHosts } from "./allowed-hosts.ts";
import { answerError, sendError } from "./errors.ts";
import { createEventStream, type EventStream, type EventStreamDeps } from "./event-stream.ts";
import { addOperationRoutes } from "./operation-routes.ts";
import { addSessionRoutes } from "./session-routes.ts";
import { createSignIn, type SignIn } from "./sign-in.ts";

export type AppServerOptions = {
  host: string;
  port: number;
  allowedHosts: string[];
  baseUrl: string | null;
  token: string;
  version: string;
  /** The built dashboard; where it is missing, the app answers the API only. */
  webDirectory: string;
};

export type AppServerDeps = {
  perform: (name: OperationName, input: unknown, caller: Caller) => Promise<unknown>;
  /** Takes webhook and health paths, which need neither token nor Host. */
  receiver: (request: IncomingMessage, response: ServerResponse) => boolean;
  events: Omit<EventStreamDeps, "onError">;
  clock: () => Date;
  log: Log;
  redact: Redact;
};

export type AppServer = {
  /** Where it listens: `http://127.0.0.1:8095`. */
  url: string;
  port: number;
  /** A link that signs a browser in once. */
  signInLink: () => string;
  changed: EventStream["changed"];
  stop: () => Promise<void>;
};

/** The app: dashboard, HTTP API and, beside them, the webhook paths. Host and Origin are looked at before anything else of a request. */
export async function startAppServer(options: AppServerOptions, deps: AppServerDeps): Promise<AppServer> {
  const listening = { port: options.port };
  const hosts = createAllowedHosts(() => listening.port, [options.host, ...options.allowedHosts], options.baseUrl);
  const signIn = createSignIn(options.token, deps.clock);
  const stream = createEventStream({
    ...deps.events,
    onError: (error) => deps.log.warn({ err: error }, "The live stream missed a look at the store"),
  });

  const app = fastify({
    // The receiver's own listener: the webhook paths keep their limits and answers on this port too.
    serverFactory: (handler) =>
      createListener({ host: options.host, port: options.port }, (request, response) => {
        if (!deps.receiver(request, response) && !refusedByHost(request, response, hosts)) handler(request, response);
        return true;
      }).server,
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    genReqId: () => crypto.randomUUID(),
    // What the router itself finds wrong with a path, before any route: broken percent signs, a part that is too long.
    frameworkErrors: (error, _request, reply) =>
      void sendError(
        reply as FastifyReply,
        error.code === "FST_ERR_MAX_PARAM_LENGTH" ? "RESOURCE_NOT_FOUND" : "BAD_REQUEST",
        error.code === "FST_ERR_MAX_PARAM_LENGTH" ? "No id is that long." : "The path is not well-formed.",
      ),
  });
  // JSON only: a text is what a form of another site can send without asking.
  app.removeContentTypeParser("text/plain");
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, deps));
  app.setNotFoundHandler((request, reply) => notFound(request, reply));
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: pagePolicy },
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: apiInfo(options.version),
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.addHook("onRequest", async (request, reply) => {
    if (needsSignIn(request) && !isSignedIn(request, signIn))
      await sendError(
        reply,
        "UNAUTHORIZED",
        "This needs the bearer token, or a browser that is signed in. `pullwright start` prints a link for it.",
      );
  });
  await app.register(fastifySwaggerUi, {
    routePrefix: "/api/docs",
    uiConfig: { docExpansion: "list", validatorUrl: null },
    staticCSP: true,
    transformStaticCSP: () => docsPolicy,
  });
  addSessionRoutes(app, { signIn, clock: deps.clock, secure: options.baseUrl?.startsWith("https:") ?? false });
  addOperationRoutes(app, { perform: deps.perform, stream });
  app.get("/api/openapi.json", { schema: { hide: true } }, async () => app.swagger());
  const page = existsSync(options.webDirectory) ? options.webDirectory : null;
  if (page !== null)
    await app.register(fastifyStatic, {
      root: page,
      wildcard: true,
      index: "index.html",
      cacheControl: false,
      setHeaders: (response, path) => void response.header("cache-control", cacheOf(path)),
    });

  await app.listen({ host: options.host, port: options.port }).catch((error: unknown) => {
    stream.close();
    throw whyNotListening(error, options);
  });
  const address = app.server.address();
  listening.port = typeof address === "object" && address !== null ? address.port : options.port;
  const url = `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${listening.port}`;
  return {
    url,
    port: listening.port,
    signInLink: () => `${options.baseUrl ?? url}/sign-in?code=${signIn.newCode()}`,
    changed: stream.changed,
    stop: async () => {
      stream.close();
      await app.close();
    },
  };

  async function notFound(request: FastifyRequest, reply: Parameters<typeof sendError>[0]): Promise<void> {
    // The page has its own routes: any path that is no file and no API is its front door.
    if (page !== null && request.method === "GET" && !request.url.startsWith("/api/")) {
      await reply.header("cache-control", "no-cache").sendFile("index.html");
      return;
    }
    await sendError(
      reply,
      "RESOURCE_NOT_FOUND",
      `There is nothing at ${request.method} ${deps.redact(request.url.split("?", 1)[0] ?? "").slice(0, 200)}.`,
    );
  }
}

/** The same words as the receiver's listener has. */
function whyNotListening(error: unknown, { host, port }: { host: string; port: number }): PullwrightError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE")
    return new PullwrightError(
      "PORT_IN_USE",
      `Port ${port} on ${host} is in use; stop the program that has it, or choose another port (0 picks a free one).`,
      { cause: error },
    );
  return new PullwrightError("CONFIG_INVALID", `Cannot listen on ${host} port ${port} (${code ?? message}).`, {
    cause: error,
  });
}

/** What the page may load: itself, nothing inline, nothing from elsewhere. */
const pagePolicy = {
  "default-src": ["'none'"],
  "script-src": ["'self'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  "connect-src": ["'self'"],
  "font-src": ["'self'"],
  "manifest-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'self'"],
  "frame-ancestors": ["'none'"],
};

/** Of the API's page, whose own default would load from elsewhere, let others frame it, and turn its links to https. The hash is of the one style in its markup. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-hashes' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function apiInfo(version: string) {
  return {
    title: "Pullwright",
    version,
    description:
      "What came of agents' work: webhooks, pull requests, CI runs. Lists take `limit` and `cursor` and say in `X-Total-Count` how many rows there are (exact up to 10,000); errors are `{detail: {error_code, message, retryable}}`.",
  };
}

function refusedByHost(request: IncomingMessage, response: ServerResponse, hosts: AllowedHosts): boolean {
  const hostHeaders = request.rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === "host",
  ).length;
  if (hostHeaders > 1) return refuse(response, 400, "BAD_REQUEST", "Two Host headers.");
  if (!hosts.allowsHost(request.headers.host))
    return refuse(
      response,
      421,
      "HOST_NOT_ALLOWED",
      "The Host header names no address of this service. Add it to app.allowed_hosts or set PULLWRIGHT_BASE_URL.",
    );
  if (!hosts.allowsOrigin(request.headers.origin))
    return refuse(response, 403, "ORIGIN_NOT_ALLOWED", "The request comes from another web site.");
  return false;
}

function refuse(
  response: ServerResponse,
  status: number,
  code: "BAD_REQUEST" | "HOST_NOT_ALLOWED" | "ORIGIN_NOT_ALLOWED",
  message: string,
): true {
  const text = JSON.stringify({ detail: { error_code: code, message, retryable: false } });
  response
    .writeHead(status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      connection: "close",
    })
    .end(text);
  return true;
}

/**
 * By the route that was found, not by the path as written: `/%61pi/v1/prs` finds the same route as `/api/v1/prs`. What finds none is judged by
 * its path, and learns nothing but that there is nothing.
 */
function needsSignIn(request: FastifyRequest): boolean {
  const route = request.routeOptions.url ?? request.url;
  return route.startsWith("/api/") && route !== "/api/v1/session";
}

function isSignedIn(request: FastifyRequest, signIn: SignIn): boolean {
  if (signIn.acceptsBearer(request.headers.authorization)) return true;
  if (!signIn.acceptsCookie(request.headers.cookie)) return false;
  // A cookie travels by itself; a header of our own does not, and no form of another site can send it.
  return request.method === "GET" || request.method === "HEAD" || request.headers["x-pullwright-request"] === "1";
}

/** Vite puts a hash of the content into the names of assets. */
function cacheOf(path: string): string {
  return /[\\/]assets[\\/]/.test(path) ? "public, max-age=31536000, immutable" : "no-cache";
}
